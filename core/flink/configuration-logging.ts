/** How JobManager and TaskManagers log: `log4j-console.properties`, the name that Flink's scripts look for. */

/** To standard output, for `kubectl logs` and collectors; and to a small file, for the log pages of Flink's web UI. */
export const loggingProperties = `# A change is taken up within half a minute, without a restart.
monitorInterval = 30

rootLogger.level = \${env:ROOT_LOG_LEVEL:-INFO}
rootLogger.appenderRef.stdout.ref = Stdout
rootLogger.appenderRef.file.ref = File

appender.stdout.name = Stdout
appender.stdout.type = Console
appender.stdout.target = SYSTEM_OUT
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss,SSS} %-5p %c [%t] %m%n%ex

# Two files of at most 16 MB: the container's disk is small.
appender.file.name = File
appender.file.type = RollingFile
appender.file.fileName = \${sys:log.file:-/tmp/flink.log}
appender.file.filePattern = \${sys:log.file:-/tmp/flink.log}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd'T'HH:mm:ss,SSS} %-5p %c [%t] %m%n%ex
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 16MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 1

# It warns of every closed connection.
logger.netty.name = org.jboss.netty.channel.DefaultChannelPipeline
logger.netty.level = OFF
`;
