# frozen_string_literal: true

module Dalamb
  INIT = 1
  INVOKE = 2
  OFFER = 3
  READY = 16
  INIT_DONE = 17
  INIT_ERROR = 18
  RESULT = 19
  ERROR = 20
  LOG = 21
  OUT = 22

  # Blocking frames: one call at a time is all there is. Threads may log while the answer leaves.
  class Channel
    COPY_UP_TO = 64 * 1024
    MAX_LOG = 256 * 1024 # characters: what the platform makes one event of
    MAX_OUT = 1024 * 1024
    MAX_MICROS = 0xFFFFFFFF

    def initialize(address)
      @socket = UNIXSocket.new(address)
      @socket.close_on_exec = true
      @lock = Monitor.new
    end

    def frame(kind, body = '')
      send([1 + body.bytesize, kind].pack('NC'), body)
    end

    def log(text)
      return frame(LOG, text) if text.length <= MAX_LOG

      0.step(text.length - 1, MAX_LOG) { |at| frame(LOG, text[at, MAX_LOG]) }
    end

    def out(data)
      0.step(data.bytesize - 1, MAX_OUT) { |at| frame(OUT, data.byteslice(at, MAX_OUT)) }
    end

    # [type, body]; nil when the platform has gone.
    def receive
      head = @socket.read(5)
      return unless head&.bytesize == 5

      length, kind = head.unpack('NC')
      body = length > 1 ? @socket.read(length - 1) : +''
      [kind, body] if body&.bytesize == length - 1
    end

    def result(number, micros, payload)
      send([9 + payload.bytesize, RESULT, number, [micros, MAX_MICROS].min].pack('NCNN'), payload)
    end

    def error(number, failure, fatal = false)
      name, payload = sendable(failure)
      send([7 + name.bytesize + payload.bytesize, ERROR, number, fatal ? 1 : 0, name.bytesize].pack('NCNCC') + name, payload)
    end

    def init_error(failure)
      name, payload = sendable(failure)
      frame(INIT_ERROR, [name.bytesize].pack('C') + name + payload.b)
    end

    private

    def send(head, body)
      @lock.synchronize do
        next @socket.write(head + body.b) if body.bytesize <= COPY_UP_TO

        @socket.write(head)
        @socket.write(body)
      end
    end

    def sendable(failure)
      failure = Errors::TOO_LARGE if failure.payload.bytesize > Errors::MAX_PAYLOAD
      [failure.type.b.byteslice(0, 255), failure.payload]
    end
  end
end
