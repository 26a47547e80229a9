{{/*
The pod template of every role: (dict "root" $ "component" "app" "roles" (list "gateway" "control" "worker") "values" $.Values.gateway).
A projected token of ten minutes where the role talks to the API server, none elsewhere: the worker reads hostile files.
*/}}
{{- define "app.pod" -}}
{{- $root := .root -}}
{{- $gateway := has "gateway" .roles -}}
{{- $control := has "control" .roles -}}
{{- $worker := has "worker" .roles -}}
{{- $cluster := or $gateway $control -}}
metadata:
  labels:
    {{- include "app.labels" . | nindent 4 }}
    {{- if $gateway }}
    freehold.dev/role: gateway
    {{- end }}
    {{- with $root.Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $root.Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ if $control }}freehold-control{{ else if $gateway }}{{ include "app.gatewayAccount" $root }}{{ else }}freehold-worker{{ end }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add (int $root.Values.drainSeconds) 20 }}
  {{- include "app.podCommon" $root | nindent 2 }}
  topologySpreadConstraints:
    {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "app.selector" $ | nindent 10 }}
    {{- end }}
  {{- if $worker }}
  initContainers:
    - name: migrate
      {{- include "app.migrate" (dict "root" $root "command" "migrate") | nindent 6 }}
      resources:
        {{- toYaml .values.resources | nindent 8 }}
  {{- end }}
  containers:
    - name: app
      image: {{ include "app.image" $root }}
      imagePullPolicy: {{ (($root.Values.global).images).pullPolicy | default "IfNotPresent" }}
      args: [serve, --roles, {{ join "," .roles | quote }}]
      env:
        - {name: FREEHOLD_LOG_LEVEL, value: {{ $root.Values.logLevel }}}
        - {name: FREEHOLD_DRAIN_SECONDS, value: {{ $root.Values.drainSeconds | quote }}}
        {{- if $cluster }}
        - {name: FREEHOLD_PUBLIC_URL, value: {{ include "app.publicUrl" $root | quote }}}
        {{- end }}
        {{- if and $control (not $gateway) }}
        - {name: FREEHOLD_TURNS_GATEWAY_URL, value: "http://freehold-gateway.{{ $root.Release.Namespace }}.svc"}
        {{- end }}
        {{- with $root.Values.trustedProxies }}
        - {name: FREEHOLD_TRUSTED_PROXIES, value: {{ join "," . | quote }}}
        {{- end }}
        {{- include "app.extraEnv" $root | nindent 8 }}
      ports:
        {{- if $cluster }}
        - {name: http, containerPort: 8080}
        {{- end }}
        - {name: internal, containerPort: 9090}
      startupProbe:
        httpGet: {path: /startupz, port: internal}
        periodSeconds: 1
        timeoutSeconds: 2
        failureThreshold: 120
      livenessProbe:
        httpGet: {path: /livez, port: internal}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: {path: /readyz, port: internal}
        periodSeconds: 2
        timeoutSeconds: 2
        failureThreshold: 2
      securityContext:
        {{- include "app.containerSecurity" . | nindent 8 }}
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      volumeMounts:
        - {name: secrets, mountPath: /run/secrets/freehold, readOnly: true}
        - {name: authorities, mountPath: /run/secrets/freehold-ca, readOnly: true}
        - {name: tmp, mountPath: /tmp}
        {{- if $cluster }}
        - {name: api-token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
        {{- end }}
  volumes:
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          - secret:
              name: {{ include "app.secret" (list $root "database" "freehold-database") }}
              items:
                - {key: freehold_database_url, path: freehold_database_url}
                {{- if $worker }}
                - {key: freehold_database_worker_url, path: freehold_database_worker_url}
                {{- end }}
          - secret:
              name: {{ include "app.secret" (list $root "redis" "freehold-redis") }}
              items: [{key: freehold_redis_url, path: freehold_redis_url}]
          {{- if $cluster }}
          - secret:
              name: {{ include "app.secret" (list $root "keys" "freehold-keys") }}
              items: [{key: freehold_keys_peppers, path: freehold_keys_peppers}]
          - secret:
              name: {{ include "app.secret" (list $root "auth" "freehold-auth") }}
              items:
                - {key: freehold_auth_signing_keys, path: freehold_auth_signing_keys}
                {{- if $control }}
                - {key: freehold_auth_bootstrap_token, path: freehold_auth_bootstrap_token}
                {{- end }}
          {{- end }}
          {{- if $gateway }}
          - secret:
              name: {{ include "app.secret" (list $root "internal" "freehold-internal") }}
              items: [{key: demand-token, path: freehold_gateway_demand_token}]
          {{- end }}
          {{- with $root.Values.sentry.existingSecret }}
          - secret:
              name: {{ . }}
              items: [{key: freehold_sentry_dsn, path: freehold_sentry_dsn}]
          {{- end }}
    {{- include "app.authorities" $root | nindent 4 }}
    - name: tmp
      emptyDir: {sizeLimit: 256Mi}
    {{- if $cluster }}
    - name: api-token
      projected:
        defaultMode: 0440
        sources:
          - serviceAccountToken: {path: token, expirationSeconds: 600}
          - configMap:
              name: kube-root-ca.crt
              items: [{key: ca.crt, path: ca.crt}]
          - downwardAPI:
              items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]
    {{- end }}
    {{- if $worker }}
    {{- include "app.migratorVolume" $root | nindent 4 }}
    {{- end }}
{{- end }}

{{/* What every pod of ours has: the restricted profile, pull Secrets, placement. */}}
{{- define "app.podCommon" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with ((.Values.global).images).pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "app.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "app.extraEnv" -}}
{{- range $name, $value := .Values.extraEnv }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{/* The stores' certificate authorities, named in the URLs; optional, because an external store may use a public one. */}}
{{- define "app.authorities" -}}
- name: authorities
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ include "app.secret" (list . "database" "freehold-database") }}
          optional: true
          items: [{key: ca.crt, path: database.crt}]
      - secret:
          name: {{ include "app.secret" (list . "redis" "freehold-redis") }}
          optional: true
          items: [{key: ca.crt, path: redis.crt}]
{{- end }}

{{/* The container that owns the schema: "migrate" or "maintain". Only it holds the migrator's password. */}}
{{- define "app.migrate" -}}
image: {{ include "app.image" .root }}
imagePullPolicy: {{ ((.root.Values.global).images).pullPolicy | default "IfNotPresent" }}
args: [{{ .command }}]
env:
  - {name: FREEHOLD_LOG_LEVEL, value: {{ .root.Values.logLevel }}}
  {{- include "app.extraEnv" .root | nindent 2 }}
securityContext:
  {{- include "app.containerSecurity" . | nindent 2 }}
volumeMounts:
  - {name: migrator, mountPath: /run/secrets/freehold, readOnly: true}
  - {name: authorities, mountPath: /run/secrets/freehold-ca, readOnly: true}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{/*
True where an upgrade migrates in a hook. Not while the embedded database is down: the hook would wait for a pod that
only the upgrade can mend, so then the worker's pod migrates.
*/}}
{{- define "app.migratesByHook" -}}
{{- $embedded := lookup "apps/v1" "StatefulSet" .Release.Namespace "freehold-postgres" -}}
{{- $down := and $embedded (not ($embedded.status).readyReplicas) -}}
{{- if and (eq .Values.migrations.mode "hook") (not $down) }}true{{ end -}}
{{- end }}

{{- define "app.migratorVolume" -}}
- name: migrator
  secret:
    secretName: {{ include "app.secret" (list . "database" "freehold-database") }}
    defaultMode: 0440
    items: [{key: freehold_database_migrator_url, path: freehold_database_url}]
{{- end }}

{{/* The rest of a pod whose one container owns the schema. */}}
{{- define "app.ownerPod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{ include "app.podCommon" .root }}
containers:
  - name: {{ .command }}
    {{- include "app.migrate" . | nindent 4 }}
    resources:
      {{- toYaml .root.Values.worker.resources | nindent 6 }}
volumes:
  {{- include "app.authorities" .root | nindent 2 }}
  {{- include "app.migratorVolume" .root | nindent 2 }}
  - name: tmp
    emptyDir: {sizeLimit: 64Mi}
{{- end }}
