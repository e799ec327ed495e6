import assert from 'node:assert/strict';
import path from 'node:path';
import { suite, test } from 'node:test';
import { findRuntimes } from '../../src/invoke/index.ts';
import { type BenchOptions, invokeBench, json, ociMissing } from '../support/invoke-room.ts';
import { noRuby, rubyFolder, rubyRuntime } from '../support/ruby-folder.ts';

const installation = path.resolve(import.meta.dirname, '../..');
const runtimes = noRuby ? undefined : await findRuntimes({ installation, folders: [await rubyFolder()] });
const ruby = { runtime: rubyRuntime, handler: 'app.handler' };
const withRuby = (more: BenchOptions = {}): BenchOptions => ({ ...more, options: { runtimes: runtimes! } });

interface Failure {
  readonly errorMessage: string;
  readonly errorType: string;
  readonly stackTrace: readonly string[];
}

suite('Ruby', { skip: noRuby }, () => {
  test('answers, context, variables, reuse', async (t) => {
    const bench = await invokeBench(
      t,
      withRuby({ settings: { ready: 1, readyAtStart: [{ runtime: rubyRuntime, memoryMiB: 128 }] } }),
    );
    const source = `
AT_LOAD = ENV['MINE']
$n = 0
def handler(event:, context:)
  { n: $n += 1, event: event, id: context.aws_request_id, left: context.get_remaining_time_in_millis, late: context.deadline_ms > Time.now.to_f * 1000,
    mine: AT_LOAD, memory: context.memory_limit_in_mb, custom: context.client_context&.dig('custom'), identity: context.identity,
    arn: context.invoked_function_arn, name: [context.function_name, context.function_version, context.log_group_name, context.log_stream_name],
    cwd: Dir.pwd == File.realpath(ENV['LAMBDA_TASK_ROOT']), env: ENV['AWS_EXECUTION_ENV'], trace: ENV['_X_AMZN_TRACE_ID'], encoding: Encoding.default_external.name,
    zone: Time.now.utc_offset, 'ü' => 'ß' }
end
`;
    const spec = await bench.spec({ 'app.rb': source }, { ...ruby, variables: { MINE: 'm "\\ ü 🂡 \u0001' } });
    const more = { clientContext: '{"custom":{"k":1}}', traceId: 'Root=1-5' };
    const first = await bench.call(spec, { a: ['ü'] }, more);
    const { left, ...rest } = json(first) as { left: number };
    assert.ok(left > 1000 && left <= 3000);
    assert.deepEqual(rest, {
      n: 1,
      event: { a: ['ü'] },
      id: first.report.requestId,
      late: true,
      mine: 'm "\\ ü 🂡 \u0001',
      memory: '128',
      custom: { k: 1 },
      identity: null,
      arn: spec.arn,
      name: ['fn', '$LATEST', '/aws/lambda/fn', [...bench.logs.keys()][0]],
      cwd: true,
      env: `AWS_Lambda_${rubyRuntime}`,
      trace: 'Root=1-5',
      encoding: 'UTF-8',
      zone: 0,
      ü: 'ß',
    });
    const second = await bench.call(spec, {});
    assert.deepEqual([(json(second) as { n: number; trace: unknown }).n, second.report.initMs], [2, undefined]);
    const large = await bench.spec({ 'app.rb': 'def handler(event:, context:) = event.length' }, ruby);
    assert.equal(json(await bench.call(large, 'x'.repeat(5_000_000))), 5_000_000);
    const huge = await bench.spec({ 'app.rb': "def handler(event:, context:) = 'x' * event" }, { ...ruby, memoryMiB: 512 });
    assert.equal((json(await bench.call(huge, 6 * 2 ** 20)) as string).length, 6 * 2 ** 20);
    assert.equal((json(await bench.call(huge, 7 * 2 ** 20)) as Failure).errorType, 'Function.ResponseSizeTooLarge');
    const bytes = await bench.spec({ 'app.rb': 'require "stringio"\ndef handler(event:, context:) = StringIO.new("<p>")' }, ruby);
    assert.equal(Buffer.from((await bench.call(bytes)).payload).toString(), '<p>');
  });

  test('classes, folders, layers, gems, files with names of libraries', async (t) => {
    const bench = await invokeBench(t, withRuby());
    const answer = async (handler: string, files: Record<string, string>, more = {}) =>
      json(await bench.call(await bench.spec(files, { ...ruby, handler, ...more })));
    const nested = 'module Shop; class Web; def self.run(event:, context:) = [name, event]; end; end';
    assert.deepEqual(await answer('jobs/web.Shop::Web.run', { 'jobs/web.rb': nested }), ['Shop::Web', {}]);
    assert.equal(
      await answer('logger.run', { 'logger.rb': "require_relative 'lib/a'\ndef run(event:, context:) = A", 'lib/a.rb': 'A = 1' }),
      1,
    );
    const gem = (name: string, version: string, at: string, source: string) => ({
      [`${at}/specifications/${name}-${version}.gemspec`]: `Gem::Specification.new { |s| s.name = '${name}'; s.version = '${version}'; s.summary = s.authors = 'x'; s.require_paths = ['lib'] }`,
      [`${at}/gems/${name}-${version}/lib/${name}.rb`]: source,
    });
    const layer = await bench.tree({
      ...gem('layered', '1.0', 'ruby/gems/3.3.0', 'LAYERED = 2'),
      'ruby/lib/plain.rb': 'PLAIN = 3',
    });
    const own = gem('bundled', '1.0', 'vendor/bundle/ruby/3.3.0', 'BUNDLED = 4');
    const all =
      "require 'layered'\nrequire 'plain'\nrequire 'bundled'\ndef handler(event:, context:) = [LAYERED, PLAIN, BUNDLED]";
    assert.deepEqual(await answer('app.handler', { 'app.rb': all, ...own }, { layers: [layer] }), [2, 3, 4]);
    const source = (version: string) => `class Logger; def initialize(*, **); end; VERSION = "${version}"; end`;
    const version =
      "require 'logger'\ndef handler(event:, context:) = [Logger::VERSION, Gem.loaded_specs['logger'].version.to_s]";
    for (const own of ['99.0', '0.1']) {
      const brought = gem('logger', own, 'vendor/bundle/ruby/3.3.0', source(own));
      assert.deepEqual(
        await answer('app.handler', { 'app.rb': version, ...brought }),
        [own, own],
        'its own version of what the runtime uses',
      );
    }
  });

  const cases: readonly { source: string; handler?: string; type: string; message: RegExp }[] = [
    { source: 'def handler(event:, context:) = raise("boom ü")', type: 'Function<RuntimeError>', message: /^boom ü$/ },
    {
      source: 'module M; class E < StandardError; end; end\ndef handler(event:, context:) = raise(M::E)',
      type: 'Function<M::E>',
      message: /^M::E$/,
    },
    { source: 'def handler(event:, context:) = nope', type: 'Function<NameError>', message: /nope/ },
    {
      source: 'x = 1',
      type: 'Function<NoMethodError>',
      message: /^undefined method 'handler' for an instance of LambdaHandler|`handler'/,
    },
    { source: '', handler: 'app.Nope.run', type: 'Function<NameError>', message: /^uninitialized constant Kernel::Nope$/ },
    {
      source: 'def handler(event:, context:) = handler(event:, context:)',
      type: 'Function<SystemStackError>',
      message: /stack level too deep/,
    },
    { source: 'def handler(event:, context:) = exit(3)', type: 'Function<SystemExit>', message: /^exit$/ },
    { source: 'def handler(event:, context:) = Float::NAN', type: 'Function<JSON::GeneratorError>', message: /NaN/ },
    {
      source: 'def handler(event:, context:) = "\\xff"',
      type: 'Function<JSON::GeneratorError>',
      message: /utf-8|partial character/i,
    },
    { source: 'def handler(event, context) = 1', type: 'Function<ArgumentError>', message: /wrong number of arguments/ },
    { source: "require 'nope'", type: 'Init<LoadError>', message: /^cannot load such file -- nope$/ },
    { source: '', handler: 'other.handler', type: 'Init<LoadError>', message: /^cannot load such file -- other$/ },
    { source: 'def handler(', type: 'Init<SyntaxError>', message: /app\.rb:1/ },
    { source: '1 / 0', type: 'Init<ZeroDivisionError>', message: /^divided by 0$/ },
    { source: 'exit 4', type: 'Init<SystemExit>', message: /^exit$/ },
    {
      source: '',
      handler: 'app',
      type: 'Init<ArgumentError>',
      message: /^Invalid handler \["app"\], must be of form FILENAME\.METHOD or/,
    },
  ];

  test('errors, as the caller sees them', async (t) => {
    const bench = await invokeBench(t, withRuby({ settings: { ready: 1 } }));
    for (const { source, handler, type, message } of cases) {
      const spec = await bench.spec({ 'app.rb': source }, { ...ruby, handler: handler ?? 'app.handler' });
      const outcome = await bench.call(spec);
      const error = json(outcome) as Failure;
      assert.deepEqual(Object.keys(error), ['errorMessage', 'errorType', 'stackTrace'], JSON.stringify(error));
      assert.equal(error.errorType, type);
      assert.match(error.errorMessage, message);
      assert.equal(outcome.functionError, 'Unhandled');
      assert.ok(!JSON.stringify(error.stackTrace).includes('bootstrap.rb'), JSON.stringify(error.stackTrace));
      if (type === 'Function<RuntimeError>') assert.match(error.stackTrace[0]!, /\/app\.rb:1:in [`']handler'$/);
    }
  });

  test('what ends the process, and what does not', async (t) => {
    const bench = await invokeBench(t, withRuby());
    const source = `
N = [0]
def handler(event:, context:)
  print 'bye' if event == 'exit'
  exit!(4) if event == 'exit'
  raise 'again' if event == 'raise'
  nope if event == 'name'
  sleep if event == 'sleep'
  N[0] += 1
end
`;
    const spec = await bench.spec({ 'app.rb': source }, { ...ruby, timeoutMs: 1500 });
    assert.deepEqual(
      [json(await bench.call(spec)), (json(await bench.call(spec, 'raise')) as Failure).errorType],
      [1, 'Function<RuntimeError>'],
    );
    assert.equal(json(await bench.call(spec)), 2);
    assert.equal((json(await bench.call(spec, 'name')) as Failure).errorType, 'Function<NameError>');
    assert.equal(json(await bench.call(spec)), 1, 'anew');
    const left = await bench.call(spec, 'exit', { logTail: true });
    assert.match((json(left) as Failure).errorMessage, /Runtime exited with error: exit status 4$/);
    assert.match(Buffer.from(left.logTail!).toString(), /\nbye\nEND /);
    assert.match((json(await bench.call(spec, 'sleep')) as Failure).errorMessage, /timed out after 1\.50 seconds/);
    assert.equal(json(await bench.call(spec)), 1);
  });

  test('puts, Logger, warnings and errors are log events in order', async (t) => {
    const bench = await invokeBench(t, withRuby());
    const source = `
require 'logger'
LOG = Logger.new($stdout)
def handler(event:, context:)
  puts 'one', ["more\\n", nil]
  print 'half'
  STDOUT << " and half\\n"
  LOG.info('two') { 'x' }
  $stderr.puts 'three'
  warn 'four'
  p five: 5
  Logger.new(STDERR, level: :error).warn('never')
  Logger.new(STDERR, progname: 'me').error(ArgumentError.new('bad'))
  STDOUT.syswrite("\\xff\\n")
  raise KeyError, 'k'
end
`;
    const spec = await bench.spec({ 'app.rb': source }, ruby);
    const { report } = await bench.call(spec);
    const lines = [...bench.logs.values()].flat();
    const said = lines.slice(lines.indexOf(`START RequestId: ${report.requestId} Version: $LATEST`) + 1);
    const stamp = '\\[\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6} #\\d+\\]';
    assert.equal(said[0], 'one\nmore');
    assert.equal(said[1], 'half and half');
    assert.match(said[2]!, new RegExp(`^I, ${stamp}  INFO ${report.requestId} -- two: x$`));
    assert.deepEqual(said.slice(3, 5), ['three', 'four']);
    assert.match(said[5]!, /five.*5/);
    assert.match(said[6]!, new RegExp(`^E, ${stamp} ERROR ${report.requestId} -- me: bad \\(ArgumentError\\)$`));
    assert.equal(said[7], '\ufffd');
    assert.equal(said[8], 'Error raised from handler method');
    const described = JSON.parse(said[9]!) as Failure;
    assert.deepEqual([described.errorType, described.errorMessage], ['Function<KeyError>', 'k']);
    assert.equal(said[10], `END RequestId: ${report.requestId}`);
  });

  test('JSON logs, from the level that is set', async (t) => {
    const bench = await invokeBench(t, withRuby());
    const source = `
def handler(event:, context:)
  log = Logger.new($stdout, progname: 'shop')
  log.info('no')
  log.warn('yes')
  log.error(ArgumentError.new('bad'))
  raise 'boom'
end
`;
    const spec = await bench.spec({ 'app.rb': source }, { ...ruby, logFormat: 'JSON', applicationLogLevel: 'WARN' });
    const { report } = await bench.call(spec);
    const records = [...bench.logs.values()].flat().map((line) => JSON.parse(line));
    assert.deepEqual(
      records.map(({ type, level }) => type ?? level),
      ['platform.initStart', 'platform.start', 'WARN', 'ERROR', 'ERROR', 'platform.report'],
    );
    const [warned, bad, raised] = records.slice(2);
    assert.deepEqual([warned.message, warned.logger, warned.requestId], ['yes', 'shop', report.requestId]);
    assert.deepEqual([bad.errorType, bad.errorMessage], ['ArgumentError', 'bad']);
    assert.deepEqual(
      [raised.errorType, raised.errorMessage, raised.requestId],
      ['Function<RuntimeError>', 'boom', report.requestId],
    );
  });

  test('variables that Ruby reads at its start, and a zone that it takes later', async (t) => {
    const bench = await invokeBench(
      t,
      withRuby({ settings: { ready: 1, readyAtStart: [{ runtime: rubyRuntime, memoryMiB: 128 }] } }),
    );
    const source = 'def handler(event:, context:) = [$VERBOSE, Time.at(0).hour]';
    const spec = await bench.spec({ 'app.rb': source }, { ...ruby, variables: { RUBYOPT: '-W2', TZ: 'Asia/Tokyo' } });
    assert.deepEqual(json(await bench.call(spec)), [true, 9]);
    const plain = await bench.spec({ 'app.rb': source }, { ...ruby, variables: { TZ: 'Asia/Tokyo' } });
    assert.deepEqual(json(await bench.call(plain)), [false, 9]);
  });

  test('what breaks the rules harms its own calls only', { skip: ociMissing ?? false }, async (t) => {
    const bench = await invokeBench(t, withRuby({ driver: 'oci' }));
    const source = `
$calls = 0
def channel = IO.for_fd(Dir.children('/proc/self/fd').map(&:to_i).find { |n| n > 2 && File.readlink("/proc/self/fd/#{n}").start_with?('socket:') })
def handler(event:, context:)
  $calls += 1
  eval(event)
end
`;
    const spec = await bench.spec({ 'app.rb': source }, { ...ruby, memoryMiB: 256, timeoutMs: 5000 });
    const attack = async (code: string) => json(await bench.call(spec, code));
    const shouting = '4.times { Thread.new { 300.times { |n| puts "shout #{n} #{"x" * 5000}" } } }; "y" * 3_000_000';
    assert.equal(((await attack(shouting)) as string).length, 3_000_000);
    assert.equal(await attack('puts "z" * 10_000_000; Logger.new($stdout).error("w" * 10_000_000); print "v" * 7_000_000; 1'), 1);
    for (const code of ['"x" * 7_000_000', 'raise "x" * 7_000_000'])
      assert.equal(((await attack(code)) as Failure).errorType, 'Function.ResponseSizeTooLarge', code);
    assert.equal(
      await attack('class String; def to_json(*) = raise("mine"); end; $stdout = StringIO.new; puts "away"; $calls'),
      5,
    );
    assert.equal(
      ((await attack('raise Class.new(StandardError) { def message = raise("again") }')) as Failure).errorType,
      'Function',
    );
    assert.equal(await attack('fork { puts "child" }; Process.wait; $calls'), 7, 'the same process');
    for (const [code, text] of [
      ['exit! 9', 'exit status 9'],
      ['exit! 0', 'without providing a reason'],
      ['Process.kill(:KILL, $$); sleep', 'signal: killed'],
      ['Signal.trap(:SEGV, "SYSTEM_DEFAULT") rescue nil; Process.kill(:ABRT, $$); sleep', 'signal: aborted'],
      ['"x" * (2 << 30)', 'signal: killed'],
    ] as const) {
      const { errorMessage, errorType } = (await attack(code)) as Failure;
      assert.ok(errorMessage.endsWith(text), `${code}: ${errorType} ${errorMessage}`);
      assert.equal(await attack('$calls'), 1);
    }
    assert.equal(((await attack('channel.write("\\xff" * 100_000); sleep')) as Failure).errorType, 'Runtime.ExitError');
    assert.equal(await attack('$calls'), 1);
  });
});
