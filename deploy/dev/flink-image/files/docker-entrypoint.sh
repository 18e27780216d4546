#!/bin/sh
# Starts one Flink process in the foreground, or runs a command. See README.md for the contract.
set -ef

home=${FLINK_HOME:-/opt/flink}
: "${FLINK_CONF_DIR:=$home/conf}" "${FLINK_LIB_DIR:=$home/lib}" "${FLINK_PLUGINS_DIR:=$home/plugins}"
: "${FLINK_OPT_DIR:=$home/opt}" "${FLINK_LOG_DIR:=$home/log}"
export FLINK_CONF_DIR FLINK_LIB_DIR FLINK_PLUGINS_DIR FLINK_OPT_DIR FLINK_LOG_DIR

jemalloc=$(set +f; echo /usr/lib/*/libjemalloc.so.2)
if [ "${DISABLE_JEMALLOC:-false}" != true ] && [ -r "$jemalloc" ]; then
  export LD_PRELOAD="${LD_PRELOAD:+$LD_PRELOAD:}$jemalloc"
fi

# The mounted configuration may be read-only, so what is added to it goes to a copy.
copy_configuration() {
  copy=$(mktemp -d "${TMPDIR:-/tmp}/flink-conf.XXXXXX")
  (set +f; cp -L "$FLINK_CONF_DIR"/* "$copy"/)
  [ -e "$copy/log4j-console.properties" ] || cp "$home/conf/log4j-console.properties" "$copy"/
  export FLINK_CONF_DIR="$copy"
}

# A key that is given again replaces its line, since YAML allows no key twice.
add_properties() {
  file=$FLINK_CONF_DIR/config.yaml
  [ ! -e "$FLINK_CONF_DIR/flink-conf.yaml" ] || file=$FLINK_CONF_DIR/flink-conf.yaml
  printf '%s\n' "$FLINK_PROPERTIES" | envsubst | sed 's/^[[:space:]]*//; s/[[:space:]]*$//' | grep ':' >"$file.added" || :
  touch "$file"
  awk -F: 'NR == FNR { given[$1] = 1; next } !($1 in given)' "$file.added" "$file" >"$file.kept"
  cat "$file.kept" "$file.added" >"$file"
  rm "$file.kept" "$file.added"
}

# Jars in the order of Flink's own scripts: by name, the distribution last. The class archive depends on it.
class_path() {
  set +f
  others='' distribution=''
  for jar in "$FLINK_LIB_DIR"/*.jar; do
    case $jar in
      */flink-dist*) distribution=$jar ;;
      *) others=$others$jar: ;;
    esac
  done
  set -f
  echo "$others$distribution"
}

compiler_options() {
  case $1 in
    c1) echo -XX:TieredStopAtLevel=1 ;;
    late) echo -XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000 \
      -XX:Tier4CompileThreshold=150000 -XX:Tier4BackEdgeThreshold=400000 ;;
    full) ;;
    *) echo "DREY_JVM_TIER must be c1, late or full, not '$1'" >&2; return 64 ;;
  esac
}

[ $# -gt 0 ] || set -- help
role=$1
case $role in
  jobmanager)
    script=jobmanager.sh tier=c1 main=org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint ;;
  standalone-job)
    script=standalone-job.sh tier=c1 main=org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint ;;
  taskmanager)
    script=taskmanager.sh tier=late main=org.apache.flink.runtime.taskexecutor.TaskManagerRunner ;;
  history-server)
    script=historyserver.sh ;;
  help)
    echo 'usage: jobmanager|standalone-job|taskmanager|history-server [arguments], or any command'; exit 64 ;;
  *)
    exec "$@" ;;
esac
shift

if [ -n "${FLINK_PROPERTIES:-}" ]; then
  copy_configuration
  add_properties
fi

if [ -z "${DREY_JVM_ARGS:-}" ] || [ -z "${main:-}" ]; then
  [ -r "$FLINK_CONF_DIR/log4j-console.properties" ] || copy_configuration
  # A mounted configuration may lack the module options that Flink's own default has.
  export JVM_ARGS="@$home/drey/java.options ${JVM_ARGS:-}"
  exec "$home/bin/$script" start-foreground "$@"
fi

tier_options=$(compiler_options "${DREY_JVM_TIER:-$tier}")
archive=$home/cds/$role.jsa
[ ! -r "$archive" ] || archive_option=-XX:SharedArchiveFile=$archive
logging=$FLINK_CONF_DIR/log4j-console.properties
[ -r "$logging" ] || logging=$home/conf/log4j-console.properties
java=java
[ ! -x "${JAVA_HOME:-}/bin/java" ] || java=$JAVA_HOME/bin/java

# Unquoted where a value holds several arguments; file name patterns are off.
set -- "$main" --configDir "$FLINK_CONF_DIR" ${DREY_FLINK_ARGS:-} "$@"
set -- "-Dlog.file=$FLINK_LOG_DIR/flink-$role-${HOSTNAME:-0}.log" "-Dlog4j.configurationFile=file:$logging" \
  -classpath "$(class_path)" "$@"
case $DREY_JVM_ARGS in
  *'
'*) IFS='
' ;;
esac
set -- $DREY_JVM_ARGS "$@"
unset IFS
exec "$java" "@$home/drey/java.options" $tier_options ${archive_option:-} "$@"
