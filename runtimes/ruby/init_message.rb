# frozen_string_literal: true

module Dalamb
  # Reads the JSON of INIT. Ruby's own reader is a gem, whose version only the function says that INIT names.
  class InitMessage
    TOKEN = /[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+/m
    WORDS = { 'true' => true, 'false' => false, 'null' => nil }.freeze
    ESCAPES = { 'n' => "\n", 't' => "\t", 'r' => "\r", 'b' => "\b", 'f' => "\f" }.freeze
    ESCAPE = /\\(?:u[dD][89abAB]\h\h\\u[dD][c-fC-F]\h\h|u\h{4}|[^u])/

    def self.parse(bytes)
      new(bytes.dup.force_encoding(Encoding::UTF_8)).value
    end

    def initialize(text)
      @tokens = text.scan(TOKEN)
      @at = -1
    end

    def value
      token = take
      return members if token == '{'
      return items if token == '['
      return text(token) if token.start_with?('"')

      WORDS.fetch(token) { token.match?(/[.eE]/) ? Float(token) : Integer(token, 10) }
    end

    private

    def take
      @tokens.fetch(@at += 1)
    end

    def members
      found = {}
      until (token = take) == '}'
        next if token == ','

        take # the colon
        found[text(token)] = value
      end
      found
    end

    def items
      found = []
      until @tokens.fetch(@at + 1) == ']'
        @tokens[@at + 1] == ',' ? take : found << value
      end
      take
      found
    end

    def text(token)
      token[1..-2].gsub(ESCAPE) do |escape|
        next ESCAPES.fetch(escape[1], escape[1]) unless escape[1] == 'u'

        units = escape.scan(/\\u(\h{4})/).map { |(unit)| unit.hex }
        units.pack('S>*').force_encoding(Encoding::UTF_16BE).encode(Encoding::UTF_8, invalid: :replace)
      end
    end
  end
end
