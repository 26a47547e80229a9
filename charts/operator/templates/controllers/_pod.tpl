{{- define "operator.pod" -}}
{{- $root := .root -}}
metadata:
  labels:
    {{- include "operator.labels" . | nindent 4 }}
    {{- with $root.Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    {{- /* profiles are read again when they change, but a new default must not wait for kubelet's minute */}}
    checksum/profiles: {{ $root.Values.profiles | toJson | sha256sum }}
    {{- with $root.Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ .account }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 30
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    fsGroup: 65532
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  {{- with (($root.Values.global).images).pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with $root.Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  tolerations:
    # a dead node's controller stands by elsewhere; half a minute is enough to wait for it
    - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 30}
    - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 30}
  topologySpreadConstraints:
    {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "operator.selector" $ | nindent 10 }}
    {{- end }}
  containers:
    - name: operator
      image: {{ include "operator.image" (list $root "operator" (printf "freehold/operator:%s" $root.Chart.AppVersion)) }}
      imagePullPolicy: {{ (($root.Values.global).images).pullPolicy | default "IfNotPresent" }}
      args: ["--controllers={{ .controllers }}"]
      env:
        - {name: FREEHOLD_OPERATOR_RELEASE_NAMESPACE, value: {{ $root.Release.Namespace }}}
        - {name: FREEHOLD_OPERATOR_RELEASE_NAME, value: {{ $root.Release.Name }}}
        - {name: FREEHOLD_OPERATOR_ENGINE_PULL_POLICY, value: {{ (($root.Values.global).images).pullPolicy | default "IfNotPresent" }}}
        - {name: FREEHOLD_OPERATOR_ENGINE_IMAGES, value: {{ dict "LlamaCpp" .engine "Echo" .engine | toJson | squote }}}
        - {name: FREEHOLD_OPERATOR_OPERATOR_IMAGE, value: {{ include "operator.image" (list $root "operator" (printf "freehold/operator:%s" $root.Chart.AppVersion)) }}}
        - {name: FREEHOLD_OPERATOR_STORE_IMAGES, value: {{ dict "postgres" (include "operator.image" (list $root "postgres" "pgvector/pgvector:0.8.6-pg18")) "valkey" (include "operator.image" (list $root "valkey" "valkey/valkey:9")) | toJson | squote }}}
        - {name: FREEHOLD_OPERATOR_PROFILES_FILE, value: /etc/freehold/profiles.yaml}
        {{- with $root.Values.trustedCertificates }}
        - {name: FREEHOLD_OPERATOR_TRUSTED_CERTIFICATES, value: {{ . | quote }}}
        {{- end }}
        - {name: FREEHOLD_OPERATOR_DEFAULT_PROFILE, value: {{ $root.Values.defaultProfile | quote }}}
        - {name: FREEHOLD_OPERATOR_ALLOWED_IMAGES, value: {{ $root.Values.allowedImages | toJson | squote }}}
        - {name: FREEHOLD_OPERATOR_GATEWAY_SERVICE, value: {{ $root.Values.gateway.service }}}
        - {name: FREEHOLD_OPERATOR_GATEWAY_ACCOUNT, value: {{ $root.Values.gateway.account }}}
        - {name: FREEHOLD_OPERATOR_TENANT_ACCOUNT, value: {{ include "operator.account" (list $root "tenant") }}}
        - {name: FREEHOLD_OPERATOR_MODEL_ACCOUNT, value: {{ include "operator.account" (list $root "model") }}}
        - {name: FREEHOLD_OPERATOR_DEMAND_TOKEN_FILE, value: /run/secrets/freehold/demand-token}
        - {name: FREEHOLD_OPERATOR_WORKERS, value: {{ $root.Values.workers | quote }}}
        - {name: FREEHOLD_OPERATOR_RESYNC_SECONDS, value: {{ $root.Values.resyncSeconds | quote }}}
        - {name: FREEHOLD_OPERATOR_LOG_LEVEL, value: {{ $root.Values.logLevel }}}
        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        {{- range $name, $value := $root.Values.extraEnv }}
        - {name: {{ $name }}, value: {{ $value | quote }}}
        {{- end }}
      ports:
        - {name: http, containerPort: 8081}
      startupProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 1
        timeoutSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /healthz, port: http}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: {path: /readyz, port: http}
        periodSeconds: 2
        timeoutSeconds: 2
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      resources:
        {{- toYaml $root.Values.resources | nindent 8 }}
      volumeMounts:
        - {name: profiles, mountPath: /etc/freehold, readOnly: true}
        - {name: internal, mountPath: /run/secrets/freehold, readOnly: true}
        - {name: tmp, mountPath: /tmp}
        - {name: api-token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
  volumes:
    - name: profiles
      configMap: {name: freehold-profiles}
    - name: internal
      secret:
        secretName: {{ .internal }}
        defaultMode: 0440
        # an operator without a gateway has no demand to read
        optional: true
        items: [{key: demand-token, path: demand-token}]
    - name: tmp
      emptyDir: {sizeLimit: 64Mi}
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
