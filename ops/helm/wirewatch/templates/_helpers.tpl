{{- define "wirewatch.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "wirewatch.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "wirewatch.labels" -}}
{{ include "wirewatch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "wirewatch.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* Refuse what the schema of the values cannot see. */ -}}
{{- define "wirewatch.check" -}}
{{- $v := .Values -}}
{{- range $stage := list "processors" "alerts" "archive" -}}
{{- if gt (int (get $v $stage).replicas) (int $v.kafka.partitions) -}}
{{- fail (printf "%s.replicas is %v, but a stream has %v partitions: more processes than that get no work. Lower it, or raise kafka.partitions before the first start." $stage (get $v $stage).replicas $v.kafka.partitions) -}}
{{- end -}}
{{- end -}}
{{- if and $v.config.existingClaim (or $v.config.files $v.config.configMaps) -}}
{{- fail "config.existingClaim is the whole folder of the operator's files: remove config.files and config.configMaps, or the claim." -}}
{{- end -}}
{{- if and (or $v.config.files $v.config.configMaps) (not (include "wirewatch.hasSources" .)) -}}
{{- fail "Neither config.files nor config.configMaps has sources.yaml, without which the program does not start." -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.web.trustedProxies) -}}
{{- fail "web.trustedProxies is empty: name the network of the ingress controller's pods, or the console refuses every action that comes through it." -}}
{{- end -}}
{{- if and (ne $v.ingress.path "/") (not $v.ingress.stripPath) (not $v.ingress.annotations) -}}
{{- fail "ingress.path is not /, and nothing takes it away: set ingress.stripPath to nginx or traefik, or ingress.annotations for another controller." -}}
{{- end -}}
{{- end }}

{{- define "wirewatch.hasSources" -}}
{{- if hasKey .Values.config.files "sources.yaml" -}}true{{- end -}}
{{- range .Values.config.configMaps }}{{ range .items }}{{ if eq .path "sources.yaml" }}true{{ end }}{{ end }}{{ end -}}
{{- end }}

{{- define "wirewatch.hasConfig" -}}
{{- with .Values.config -}}{{- if or .files .configMaps .existingClaim -}}true{{- end -}}{{- end -}}
{{- end }}

{{- /* An address with a port; an IPv6 address is in brackets. */ -}}
{{- define "wirewatch.metricsListen" -}}
{{- if contains ":" .Values.listen -}}[{{ .Values.listen }}]{{- else -}}{{ .Values.listen }}{{- end -}}:{{ .Values.metrics.port }}
{{- end }}

{{- /* Names under which the console is asked within the cluster and through the ingress. */ -}}
{{- define "wirewatch.hosts" -}}
{{- $service := printf "%s-web" (include "wirewatch.fullname" .) -}}
{{- $names := list $service (printf "%s.%s" $service .Release.Namespace) (printf "%s.%s.svc" $service .Release.Namespace) -}}
{{- if .Values.ingress.enabled }}{{ $names = append $names .Values.ingress.host }}{{ end -}}
{{- join "," $names -}}
{{- end }}

{{- /*
The environment of a pod: {root, stage}. Settings of the stage win over those of all pods; what the
chart itself sets is refused in both by the schema of the values.
*/ -}}
{{- define "wirewatch.env" -}}
{{- $root := .root -}}
{{- $v := $root.Values -}}
{{- $own := dict
  "WIREWATCH_STREAMS_URL" (printf "kafka://%s" $v.kafka.brokers)
  "WIREWATCH_STREAMS_PARTITIONS" (toString $v.kafka.partitions)
  "WIREWATCH_STREAMS_REPLICATION" (toString $v.kafka.replication)
  "WIREWATCH_DATA_DIR" "/data"
-}}
{{- $secrets := deepCopy $v.secret.variables -}}
{{- if include "wirewatch.hasConfig" $root }}{{ $_ := set $own "WIREWATCH_CONFIG_DIR" "/etc/wirewatch" }}{{ end -}}
{{- with $v.kafka.ca.secret }}{{ $_ := set $own "WIREWATCH_KAFKA_CA_FILE" "/run/secrets/kafka-ca/ca.crt" }}{{ end -}}
{{- if $v.kafka.client.secret -}}
{{- $_ := set $own "WIREWATCH_KAFKA_CERT_FILE" "/run/secrets/kafka-client/client.crt" -}}
{{- $_ := set $own "WIREWATCH_KAFKA_KEY_FILE" "/run/secrets/kafka-client/client.key" -}}
{{- end -}}
{{- if eq .stage "web" -}}
{{- $_ := set $own "WIREWATCH_WEB_HOST" $v.listen -}}
{{- $_ := set $own "WIREWATCH_WEB_PORT" (toString $v.web.port) -}}
{{- $_ := set $own "WIREWATCH_WEB_HOSTS" (include "wirewatch.hosts" $root) -}}
{{- with $v.web.trustedProxies }}{{ $_ := set $own "WIREWATCH_WEB_TRUSTED_PROXIES" . }}{{ end -}}
{{- $secrets = merge $secrets $v.secret.consoleVariables -}}
{{- else -}}
{{- $_ := set $own "WIREWATCH_METRICS_LISTEN" (include "wirewatch.metricsListen" $root) -}}
{{- end -}}
{{- if eq .stage "ingest" }}{{ $_ := set $own "WIREWATCH_EXTRACT_WORKERS" (toString $v.ingest.extractWorkers) }}{{ end -}}
- name: WIREWATCH_SLOT # the pod's name, which a StatefulSet gives to one living pod only
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
{{- range $name, $value := merge $own (deepCopy (get $v .stage).settings) $v.settings }}
{{- if ne $value "" }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}
{{- range $name, $key := $secrets }}
- {name: {{ $name }}_FILE, value: /run/secrets/wirewatch/{{ $key }}}
{{- end }}
{{- end }}

{{- define "wirewatch.mounts" -}}
- {name: data, mountPath: /data}
- {name: tmp, mountPath: /tmp}
- {name: secrets, mountPath: /run/secrets/wirewatch, readOnly: true}
{{- if include "wirewatch.hasConfig" . }}
- {name: config, mountPath: /etc/wirewatch, readOnly: true}
{{- end }}
{{- if .Values.kafka.ca.secret }}
- {name: kafka-ca, mountPath: /run/secrets/kafka-ca, readOnly: true}
{{- end }}
{{- if .Values.kafka.client.secret }}
- {name: kafka-client, mountPath: /run/secrets/kafka-client, readOnly: true}
{{- end }}
{{- end }}

{{- define "wirewatch.volumes" -}}
{{- $root := .root -}}
{{- $v := $root.Values -}}
{{- $keys := values $v.secret.variables -}}
{{- if eq .stage "web" }}{{ $keys = concat $keys (values $v.secret.consoleVariables) }}{{ end -}}
- name: data # lock files only: the data is in Kafka and PostgreSQL
  emptyDir: {sizeLimit: 64Mi}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
- name: secrets
  secret:
    secretName: {{ $v.secret.name }}
    defaultMode: 0440
    items:
      {{- range $keys | uniq | sortAlpha }}
      - {key: {{ . }}, path: {{ . }}}
      {{- end }}
{{- if $v.config.existingClaim }}
- name: config
  persistentVolumeClaim: {claimName: {{ $v.config.existingClaim }}, readOnly: true}
{{- else if include "wirewatch.hasConfig" $root }}
- name: config
  projected:
    defaultMode: 0444
    sources:
      {{- if $v.config.files }}
      - configMap:
          name: {{ include "wirewatch.fullname" $root }}-config
          items:
            {{- range $path, $_ := $v.config.files }}
            - {key: {{ $path | replace "/" "__" }}, path: {{ $path }}}
            {{- end }}
      {{- end }}
      {{- range $v.config.configMaps }}
      - configMap: {{ toJson . }}
      {{- end }}
{{- end }}
{{- with $v.kafka.ca }}
{{- if .secret }}
- name: kafka-ca
  secret: {secretName: {{ .secret }}, defaultMode: 0440, items: [{key: {{ .key }}, path: ca.crt}]}
{{- end }}
{{- end }}
{{- with $v.kafka.client }}
{{- if .secret }}
- name: kafka-client
  secret:
    secretName: {{ .secret }}
    defaultMode: 0440
    items: [{key: {{ .certificateKey }}, path: client.crt}, {key: {{ .keyKey }}, path: client.key}]
{{- end }}
{{- end }}
{{- end }}

{{- define "wirewatch.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "wirewatch.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- /* What all pods have: {root, stage}. */ -}}
{{- define "wirewatch.pod" -}}
{{- $v := .root.Values -}}
serviceAccountName: {{ include "wirewatch.fullname" .root }}
automountServiceAccountToken: false
# The variables that Kubernetes makes of a Service begin with its name, and one of them would be
# taken for WIREWATCH_WEB_PORT.
enableServiceLinks: false
{{- with $v.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- with $v.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with $v.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
{{- with $v.affinity }}
affinity: {{ toJson . }}
{{- end }}
{{- with $v.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "wirewatch.selector" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .stage }}
securityContext:
  {{- include "wirewatch.podSecurity" .root | nindent 2 }}
volumes:
  {{- include "wirewatch.volumes" . | nindent 2 }}
{{- end }}

{{- define "wirewatch.podMetadata" -}}
{{- with .root.Values.podAnnotations }}
annotations: {{ toJson . }}
{{- end }}
labels:
  {{- include "wirewatch.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .stage }}
  {{- if ne .stage "web" }}
  wirewatch-role: stage
  {{- end }}
  {{- range $name, $value := .root.Values.podLabels }}
  {{ $name }}: {{ $value | quote }}
  {{- end }}
{{- end }}
