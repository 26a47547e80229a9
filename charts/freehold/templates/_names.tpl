{{/* Labels and images of the umbrella's own parts, in one place. */}}

{{- define "freehold.labels" -}}
{{ include "freehold.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: freehold
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{- define "freehold.selector" -}}
app.kubernetes.io/name: freehold-{{ .component }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* `<registry>/<image>`: (list root image). */}}
{{- define "freehold.image" -}}
{{- with (index . 0).Values.global.images.registry }}{{ trimSuffix "/" . }}/{{ end }}{{ index . 1 }}
{{- end }}

{{- define "freehold.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "freehold.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "freehold.pullSecrets" -}}
{{- with .Values.global.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
