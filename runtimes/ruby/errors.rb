# frozen_string_literal: true

module Dalamb
  # What a caller gets for what was raised: errorMessage, errorType `Function<RuntimeError>`, stackTrace.
  module Errors
    OWN = __dir__
    MAX_PAYLOAD = (6 * 1024 * 1024) + 100
    MAX_FRAMES = 100

    # details: nil for what the platform says itself.
    Failure = Struct.new(:type, :payload, :details)

    TOO_LARGE = Failure.new(
      'Function.ResponseSizeTooLarge',
      '{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes).",' \
      '"errorType":"Function.ResponseSizeTooLarge"}'
    )

    # where: `Init` or `Function`.
    def self.describe(error, where)
      type = "#{where}<#{error.class}>"
      details = { errorMessage: readable(error.message), errorType: type, stackTrace: trace(error) }
      Failure.new(type, JSON.generate(details), details)
    rescue StandardError # its message or class was overridden
      details = { errorMessage: 'the error cannot be described', errorType: where, stackTrace: [] }
      Failure.new(where, JSON.generate(details), details)
    end

    def self.trace(error)
      frames = (error.backtrace_locations || error.backtrace || []).first(MAX_FRAMES)
      frames.map { |frame| readable(frame) }.reject { |line| line.start_with?("#{OWN}/") }
    end

    # Any bytes as UTF-8.
    def self.readable(value)
      text = value.to_s
      text = text.dup.force_encoding(Encoding::UTF_8) if text.encoding == Encoding::BINARY
      text.encode(Encoding::UTF_8, invalid: :replace, undef: :replace).scrub
    end
  end
end
