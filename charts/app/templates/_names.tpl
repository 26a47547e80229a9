{{/* Names, labels and images, in one place. Names are fixed: one installation per cluster, as its definitions and policies are the cluster's. */}}

{{- define "app.labels" -}}
{{ include "app.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: freehold
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "app.selector" -}}
app.kubernetes.io/name: freehold-app
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* `<registry>/<image>`, where the image is the value given or `<fallback>:<chart version>`. */}}
{{- define "app.image" -}}
{{- $images := (.Values.global).images | default dict -}}
{{- $image := $images.app | default (printf "freehold/app:%s" .Chart.AppVersion) -}}
{{- with $images.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ $image }}
{{- end }}

{{/* Name of one of the Secrets shared with the umbrella: (list root key default). */}}
{{- define "app.secret" -}}
{{- $root := index . 0 -}}
{{- get (($root.Values.global).secrets | default dict) (index . 1) | default (index . 2) -}}
{{- end }}

{{/* The account of the pods that serve /v1. */}}
{{- define "app.gatewayAccount" -}}
{{ ternary "freehold-gateway" "freehold-control" .Values.split }}
{{- end }}

{{/* Where people open Freehold: the value, else made of the public host. */}}
{{- define "app.publicUrl" -}}
{{- $global := .Values.global | default dict -}}
{{- if .Values.publicUrl -}}
{{ trimSuffix "/" .Values.publicUrl }}
{{- else if $global.host -}}
https://{{ $global.host }}
{{- else -}}
http://127.0.0.1:8080
{{- end -}}
{{- end }}

{{/* Component of the pods that hold the control role. */}}
{{- define "app.controlComponent" -}}
{{ ternary "control" "app" .Values.split }}
{{- end }}

{{- define "app.networkPolicies" -}}
{{- $policy := (.Values.global).networkPolicy | default dict -}}
{{ if (hasKey $policy "enabled" | ternary $policy.enabled true) }}true{{ end }}
{{- end }}

{{/* An item of a NetworkPolicy's egress; never the cloud's metadata address. */}}
{{- define "app.apiServerEgress" -}}
{{- $policy := (.Values.global).networkPolicy | default dict -}}
- to:
    {{- range $policy.apiServerCidrs | default (list "0.0.0.0/0") }}
    - ipBlock: {cidr: {{ . }}{{ if eq . "0.0.0.0/0" }}, except: [169.254.0.0/16]{{ end }}}
    {{- end }}
  ports:
    {{- range $policy.apiServerPorts | default (list 443 6443) }}
    - {port: {{ . }}}
    {{- end }}
{{- end }}
