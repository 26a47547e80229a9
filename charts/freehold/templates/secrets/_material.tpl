{{/*
What is generated once. Every value is taken from the Secret that a former release left, else made. The result is kept
in .Values for the rest of this rendering, because each call of a random function answers differently and the pods'
checksums must be those of the Secrets.
*/}}

{{- define "freehold.material" -}}
{{- if not (hasKey .Values "material") -}}
  {{- $_ := set .Values "material" (include "freehold.made" . | fromJson) -}}
{{- end -}}
{{- end }}

{{/* The data of a Secret in the release namespace, decoded; empty if it does not exist: (list root name). */}}
{{- define "freehold.kept" -}}
{{- $kept := dict -}}
{{- range $key, $value := (lookup "v1" "Secret" (index . 0).Release.Namespace (index . 1)).data -}}
  {{- $_ := set $kept $key ($value | b64dec) -}}
{{- end -}}
{{ toJson $kept }}
{{- end }}

{{/* 43 characters of letters and digits: 256 bits, and nothing that a URL would have to escape. */}}
{{- define "freehold.password" -}}{{ randAlphaNum 43 }}{{- end }}

{{- define "freehold.made" -}}
{{- $root := . -}}
{{- $made := dict -}}
{{- range $name, $keys := dict
      "freehold-internal" (list "demand-token")
      "freehold-postgres-passwords" (list "superuser" "migrator" "app" "worker")
      "freehold-valkey-users" (list "password") -}}
  {{- $kept := include "freehold.kept" (list $root $name) | fromJson -}}
  {{- range $key := $keys -}}
    {{- if not (hasKey $kept $key) }}{{ $_ := set $kept $key (include "freehold.password" $root) }}{{ end -}}
  {{- end -}}
  {{- $_ := set $made $name $kept -}}
{{- end -}}
{{- $keys := include "freehold.kept" (list $root "freehold-keys") | fromJson -}}
{{- if not $keys.freehold_keys_peppers -}}
  {{- $_ := set $keys "freehold_keys_peppers" (dict "1" (include "freehold.password" $root) | toJson) -}}
{{- end -}}
{{- $_ := set $made "freehold-keys" $keys -}}
{{- $auth := include "freehold.kept" (list $root "freehold-auth") | fromJson -}}
{{- if not $auth.freehold_auth_signing_keys -}}
  {{- $_ := set $auth "freehold_auth_signing_keys" (dict "1" (include "freehold.password" $root) | toJson) -}}
{{- end -}}
{{- if not $auth.freehold_auth_bootstrap_token -}}
  {{- $_ := set $auth "freehold_auth_bootstrap_token" (include "freehold.password" $root) -}}
{{- end -}}
{{- $_ := set $made "freehold-auth" $auth -}}
{{- if include "freehold.needsAuthority" $root -}}
  {{- $kept := include "freehold.kept" (list $root "freehold-stores-ca") | fromJson -}}
  {{- $ca := dict -}}
  {{- if hasKey $kept "tls.key" -}}
    {{- $ca = buildCustomCert (get $kept "tls.crt" | b64enc) (get $kept "tls.key" | b64enc) -}}
  {{- else -}}
    {{- $ca = genCAWithKey "freehold-stores" 3650 (genPrivateKey "ecdsa") -}}
  {{- end -}}
  {{- $_ := set $made "freehold-stores-ca" (dict "tls.crt" $ca.Cert "tls.key" $ca.Key) -}}
  {{- range $host := list "freehold-postgres" "freehold-valkey" -}}
    {{- $kept := include "freehold.kept" (list $root (printf "%s-tls" $host)) | fromJson -}}
    {{- if not (hasKey $kept "tls.key") -}}
      {{- $names := list $host (printf "%s.%s" $host $root.Release.Namespace) (printf "%s.%s.svc" $host $root.Release.Namespace) (printf "%s.%s.svc.cluster.local" $host $root.Release.Namespace) "localhost" -}}
      {{- $pair := genSignedCertWithKey $host (list "127.0.0.1") $names 3650 $ca (genPrivateKey "ecdsa") -}}
      {{- $kept = dict "tls.crt" $pair.Cert "tls.key" $pair.Key "ca.crt" $ca.Cert -}}
    {{- end -}}
    {{- $_ := set $made (printf "%s-tls" $host) $kept -}}
  {{- end -}}
{{- end -}}
{{ toJson $made }}
{{- end }}

{{/* True where this chart makes a certificate for an embedded store. */}}
{{- define "freehold.needsAuthority" -}}
{{- $postgres := and (eq .Values.postgres.mode "embedded") (not .Values.postgres.tlsSecret) -}}
{{- $valkey := and (eq .Values.valkey.mode "embedded") (not .Values.valkey.tlsSecret) -}}
{{- if or $postgres $valkey }}true{{ end -}}
{{- end }}

{{/* One kept Secret: (list root name data). */}}
{{- define "freehold.secret" -}}
{{- $root := index . 0 }}
---
apiVersion: v1
kind: Secret
metadata:
  name: {{ index . 1 }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "freehold.labels" (dict "root" $root "component" "secrets") | nindent 4 }}
  annotations:
    # an uninstalled release that is installed again must read what it wrote
    helm.sh/resource-policy: keep
type: {{ ternary "kubernetes.io/tls" "Opaque" (hasKey (index . 2) "tls.key") }}
data:
  {{- range $key, $value := index . 2 }}
  {{ $key }}: {{ $value | b64enc }}
  {{- end }}
{{- end }}
