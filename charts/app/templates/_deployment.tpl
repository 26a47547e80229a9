{{/* A Deployment, its disruption budget and its autoscaler: (dict "root" "component" "roles" "values" "autoscaling"). */}}
{{- define "app.deployment" -}}
{{- $pod := include "app.pod" . | fromYaml -}}
{{- $pod = mergeOverwrite $pod (deepCopy .values.podTemplatePatch) -}}
{{- $scaled := (.autoscaling).enabled -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: freehold-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  {{- if not $scaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    rollingUpdate: {maxSurge: 1, maxUnavailable: 0}
  selector:
    matchLabels:
      {{- include "app.selector" . | nindent 6 }}
  template:
    {{- toYaml $pod | nindent 4 }}
{{- if or $scaled (gt (int .values.replicas) 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: freehold-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "app.selector" . | nindent 6 }}
{{- end }}
{{- if $scaled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: freehold-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "app.labels" . | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: freehold-{{ .component }}}
  minReplicas: {{ .autoscaling.min }}
  maxReplicas: {{ .autoscaling.max }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ .autoscaling.targetCPUPercent }}}
{{- end }}
{{- end }}
