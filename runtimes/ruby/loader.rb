# frozen_string_literal: true

# What a handler that names no class is called on: `def handler(event:, context:)` at the top of a file is a method of every object.
class LambdaHandler; end

module Dalamb
  # Finds the handler: `folder/file.method`, `file.Class.method`, `file.Module::Class.method`.
  module Loader
    # Gems and libraries of the function and its layers, by GEM_PATH and RUBYLIB, before anything of the runtime that is a gem.
    def self.open_paths(root)
      Gem.paths = ENV.to_h.slice('GEM_HOME', 'GEM_PATH') if defined?(Gem)
      $LOAD_PATH.delete(root) # its files may have the same names
      %w[json logger stringio].each do |name|
        choose(name, root) if defined?(Gem)
        require name
      end
      ([root] + ENV.fetch('RUBYLIB', '').split(File::PATH_SEPARATOR)).uniq.reverse_each do |folder|
        $LOAD_PATH.unshift(folder) unless folder.empty? || $LOAD_PATH.include?(folder)
      end
    end

    # The version that the function brings, also when Ruby has a newer one: Bundler would not have another.
    def self.choose(name, root)
      own = Gem::Specification.stubs_for(name).find { |spec| spec.base_dir.start_with?("#{root}/") }
      gem(name, own.version) if own
    rescue Gem::LoadError
      nil # it asks for what is not there, and whoever loads it will be told
    end
    private_class_method :choose

    def self.load(root, text)
      Dir.chdir(root)
      file, *names = text.split('.')
      unless [1, 2].include?(names.size)
        raise ArgumentError, "Invalid handler #{[file, *names].compact}, must be of form FILENAME.METHOD or FILENAME.CLASS.METHOD where " \
                             'FILENAME corresponds with an existing Ruby source file FILENAME.rb, CLASS is an optional module/class ' \
                             'namespace and METHOD is a callable method. If using CLASS, METHOD must be a class-level method.'
      end
      own = File.join(root, "#{file}.rb")
      require(File.file?(own) ? own : file) # by its path: a library that is loaded may have the same name
      Handler.new(names.size == 2 ? names.first : nil, names.last)
    end

    # Looked up for each call, as on AWS: what is missing is the call's failure.
    Handler = Struct.new(:class_name, :method_name) do
      def call(event, context)
        receiver = class_name ? Kernel.const_get(class_name) : (@receiver ||= LambdaHandler.new)
        receiver.__send__(method_name, event: event, context: context)
      end
    end
  end
end
