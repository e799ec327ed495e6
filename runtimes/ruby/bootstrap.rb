# frozen_string_literal: true

# The Ruby runtime: speaks the frames described in src/invoke/frames.ts over the socket in DALAMB_CHANNEL.
#
# Booted before its function is known; INIT brings variables and handler, INVOKE one event at a time. Until INIT nothing is loaded that is a
# gem (json and logger are): an application may bring its own version of it, and Ruby keeps to the first.
require 'monitor'
require 'socket'
require_relative 'channel'
require_relative 'context'
require_relative 'errors'
require_relative 'init_message'
require_relative 'loader'
require_relative 'output'
require_relative 'tickets'

module Dalamb
  # One function in this process, from INIT to the end.
  class Runtime
    def initialize
      @channel = Channel.new(ENV.delete('DALAMB_CHANNEL'))
      @tickets = Tickets.open(ENV.delete('DALAMB_TICKETS'))
    end

    def run
      Process.warmup if Process.respond_to?(:warmup)
      @channel.frame(READY, @tickets ? "\x01" : '')
      kind, body = @channel.receive
      return unless kind == INIT

      init = InitMessage.parse(body)
      ENV.update(init['variables'])
      Loader.open_paths(init['root'])
      @output = Output.new(@channel, init)
      serve(init['limit']) if load(init)
    end

    private

    def load(init)
      @handler = Loader.load(init['root'], init['handler'])
      @channel.frame(INIT_DONE)
    rescue Exception => error # whatever the file raised is the answer, SystemExit and SyntaxError too
      failure = Errors.describe(error, 'Init')
      @output.error("Init error when loading handler #{init['handler']}", failure)
      @channel.init_error(failure)
      nil
    end

    def serve(limit)
      while (message = @channel.receive)
        kind, body = message
        number, deadline, size = body.unpack('NGN')
        if kind == OFFER
          next unless @tickets&.take(number)

          deadline += Process.clock_gettime(Process::CLOCK_REALTIME, :float_millisecond)
        end
        call(Call.new(number, deadline, *heads(body.byteslice(16, size)), body.byteslice((16 + size)..)), limit)
      end
    end

    Call = Struct.new(:number, :deadline, :request_id, :arn, :trace, :client_context, :event)

    def heads(text)
      text.force_encoding(Encoding::UTF_8).split("\n", 4)
    end

    def call(call, limit)
      started = Process.clock_gettime(Process::CLOCK_MONOTONIC, :microsecond)
      ENV['_X_AMZN_TRACE_ID'] = call.trace.empty? ? nil : call.trace
      @output.request_id = call.request_id
      payload = answer(call)
      return @channel.error(call.number, Errors::TOO_LARGE) if payload.bytesize > limit

      @channel.result(call.number, Process.clock_gettime(Process::CLOCK_MONOTONIC, :microsecond) - started, payload)
    rescue Exception => error # whatever the function raised is the answer
      failed(call.number, error)
    end

    def answer(call)
      event = call.event.empty? ? {} : JSON.parse(call.event.force_encoding(Encoding::UTF_8))
      value = @handler.call(event, LambdaContext.new(call))
      return value.read.to_s if value.is_a?(StringIO) || value.is_a?(IO)

      value.to_json
    end

    # As on AWS, what is no StandardError, and names that do not exist, end the process: its state is not to be trusted.
    def failed(number, error)
      critical = !error.is_a?(StandardError) || error.is_a?(NameError)
      failure = Errors.describe(error, 'Function')
      @output.error(critical ? 'Critical exception from handler' : 'Error raised from handler method', failure)
      @channel.error(number, failure, critical)
      exit!(1) if critical
    end
  end
end

Dalamb::Runtime.new.run
exit!(0)
