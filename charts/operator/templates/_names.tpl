{{/* Names, labels, images and accounts, in one place. Names are fixed: one installation per cluster. */}}

{{- define "operator.labels" -}}
{{ include "operator.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: freehold
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "operator.selector" -}}
app.kubernetes.io/name: freehold-operator
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* `<registry>/<image>`: (list root key default). */}}
{{- define "operator.image" -}}
{{- $images := ((index . 0).Values.global).images | default dict -}}
{{- with $images.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ get $images (index . 1) | default (index . 2) }}
{{- end }}

{{/* JSON: Deployment name to the controllers that run in it. Its name is also its account's. */}}
{{- define "operator.deployments" -}}
{{- if .Values.split -}}
{{ dict "freehold-tenant-controller" "tenant" "freehold-model-controller" "model" | toJson }}
{{- else -}}
{{ dict "freehold-operator" "tenant,model" | toJson }}
{{- end }}
{{- end }}

{{/* The account of a controller: (list root "tenant"). */}}
{{- define "operator.account" -}}
{{ ternary (printf "freehold-%s-controller" (index . 1)) "freehold-operator" (index . 0).Values.split }}
{{- end }}

{{- define "operator.user" -}}
system:serviceaccount:{{ (index . 0).Release.Namespace }}:{{ include "operator.account" . }}
{{- end }}

{{- define "operator.networkPolicies" -}}
{{- $policy := (.Values.global).networkPolicy | default dict -}}
{{ if (hasKey $policy "enabled" | ternary $policy.enabled true) }}true{{ end }}
{{- end }}

{{/* JSON: names of the Leases of a process that runs these controllers: (list root "tenant,model"). */}}
{{- define "operator.leases" -}}
{{- $names := list -}}
{{- range splitList "," (index . 1) }}{{ $names = append $names (printf "%s-%s-controller" (index $ 0).Release.Name .) }}{{ end -}}
{{ toJson $names }}
{{- end }}
