# frozen_string_literal: true

module Dalamb
  # Tickets decide who has a call that was handed over ahead of its turn: this process, or the platform that takes it back because something
  # holds this one up. A pipe holds them; whoever reads one has it.
  class Tickets
    # nil: this sandbox has none, or an isolation that lets no pipe through.
    def self.open(path)
      path && new(File.open(path, File::RDONLY | File::NONBLOCK))
    rescue SystemCallError
      nil
    end

    def initialize(pipe)
      @pipe = pipe
      @held = 0 # taken, and not its turn yet
    end

    # Whether the call with this number is ours. Numbers rise.
    def take(number)
      while @held < number
        data = @pipe.read_nonblock(4, exception: false)
        return false unless data.is_a?(String) && data.bytesize == 4 # there are none

        @held = data.unpack1('N')
      end
      @held == number
    end
  end
end
