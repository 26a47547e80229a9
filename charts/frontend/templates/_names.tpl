{{/* Names, labels and the image, in one place. */}}

{{- define "frontend.labels" -}}
{{ include "frontend.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: freehold
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "frontend.selector" -}}
app.kubernetes.io/name: freehold-frontend
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "frontend.image" -}}
{{- $images := (.Values.global).images | default dict -}}
{{- $image := $images.frontend | default (printf "freehold/frontend:%s" .Chart.AppVersion) -}}
{{- with $images.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ $image }}
{{- end }}

{{- define "frontend.networkPolicies" -}}
{{- $policy := (.Values.global).networkPolicy | default dict -}}
{{ if (hasKey $policy "enabled" | ternary $policy.enabled true) }}true{{ end }}
{{- end }}
