# frozen_string_literal: true

module Dalamb
  # STDOUT and STDERR, `puts`, Logger and uncaught errors, as log events in order. What other processes write to the descriptors goes its own way.
  class Output
    attr_reader :request_id

    def initialize(channel, init)
      @channel = channel
      @json = init['format'] == 'JSON'
      @request_id = ''
      [STDOUT, STDERR].each { |stream| frame(stream) }
      Warning.extend(Warnings)
      print_events
      log_events(@json ? init['level'] : nil)
    end

    def request_id=(id)
      @request_id = id
      $_global_aws_request_id = id # rubocop:disable Style/GlobalVars -- AWS's name, which functions read
    end

    # One event. Any bytes.
    def event(text)
      @channel.log(Errors.readable(text).chomp)
    end

    def error(message, failure)
      return event(JSON.generate({ timestamp: now, level: 'ERROR', requestId: request_id, **failure.details })) if @json

      event(message)
      event(JSON.pretty_generate(failure.details))
    end

    private

    def now
      Time.now.utc.strftime('%Y-%m-%dT%H:%M:%S.%LZ')
    end

    # Whatever Ruby prints by way of a stream comes to its write.
    def frame(stream)
      channel = @channel
      stream.sync = true
      stream.define_singleton_method(:write) do |*parts|
        parts.sum do |part|
          data = part.to_s
          channel.out(data)
          data.bytesize
        end
      end
      stream.define_singleton_method(:syswrite) { |data| write(data) }
      stream.define_singleton_method(:write_nonblock) { |data, **| write(data) }
    end

    # As on AWS, a `puts` is one event, with all its lines; unless the function has put something in place of $stdout.
    def print_events
      output = self
      Kernel.module_eval do
        define_method(:puts) do |*values|
          next $stdout.puts(*values) unless $stdout.equal?(STDOUT)

          output.event(values.flatten.map { |value| value.to_s.chomp }.join("\n"))
        end
        private :puts
      end
    end

    def log_events(level)
      output = self
      sink = Object.new
      sink.define_singleton_method(:write) { |text| output.event(text) }
      sink.define_singleton_method(:close) {}
      formatter = @json ? JsonLines.new(output) : TextLines.new(output)
      Logger.prepend(EventLogger.new(sink, formatter, level))
    end
  end

  # Ruby would write them past the stream.
  module Warnings
    def warn(message, category: nil)
      $stderr.write(message) if category.nil? || Warning[category]
      nil
    end
  end

  # Of Logger, whose lines are one event each when they go to STDOUT or STDERR. level: the least, where the logger names none.
  class EventLogger < Module
    def initialize(sink, formatter, level)
      super()
      define_method(:initialize) do |device, *rest, **options|
        next super(device, *rest, **options) unless device.equal?(STDOUT) || device.equal?(STDERR)

        super(sink, *rest, **(level ? { level: LEVELS.fetch(level, 'info') } : {}), **options)
        @default_formatter = formatter
      end
    end

    LEVELS = { 'TRACE' => 'debug', 'DEBUG' => 'debug', 'INFO' => 'info', 'WARN' => 'warn', 'ERROR' => 'error', 'FATAL' => 'fatal' }.freeze
  end

  # Logger's usual line, with the id of the request. datetime_format: as loggers set it on their formatter.
  class TextLines
    attr_accessor :datetime_format

    def initialize(output)
      @output = output
    end

    def call(severity, time, program, message)
      at = time.strftime(datetime_format || '%Y-%m-%dT%H:%M:%S.%6N')
      format("%s, [%s #%d] %5s %s -- %s: %s\n", severity[0], at, Process.pid, severity, @output.request_id, program, Message.text(message))
    end
  end

  # The same as one JSON object.
  class JsonLines
    attr_accessor :datetime_format

    def initialize(output)
      @output = output
    end

    def call(severity, time, program, message)
      line = { timestamp: time.utc.strftime(datetime_format || '%Y-%m-%dT%H:%M:%S.%6NZ'), level: severity }
      line[:message] = Errors.readable(message.is_a?(Exception) ? message.message : Message.text(message))
      line[:requestId] = @output.request_id
      line[:logger] = Errors.readable(program) if program
      if message.is_a?(Exception)
        line.update(errorType: message.class.to_s, errorMessage: line[:message], stackTrace: (message.backtrace || []).map { |frame| Errors.readable(frame) })
      end
      "#{JSON.generate(line)}\n"
    end
  end

  # What Logger makes of a message.
  module Message
    def self.text(message)
      case message
      when String then message
      when Exception then ["#{message.message} (#{message.class})", *message.backtrace].join("\n")
      else message.inspect
      end
    end
  end
end
