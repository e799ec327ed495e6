import type { Command } from 'commander';
import { jsonOf, textOf } from './given.ts';
import type { Stage } from './stage.ts';
import { table } from './table.ts';

interface EmitOptions {
  readonly source: string;
  readonly bus?: string;
  readonly id?: string;
  readonly subject?: string;
}

interface Accepted {
  readonly events: readonly { readonly id: string; readonly duplicate: boolean }[];
}

interface Hook {
  readonly name: string;
  readonly path: string;
  readonly scheme: string;
  readonly bus: string;
  readonly secret?: string;
}

export function addEmit(program: Command, stage: Stage): void {
  program
    .command('emit')
    .description('put an event on a bus: dalamb emit order.placed \'{"total":120}\'')
    .argument('<type>', 'what happened: the detail-type of the event')
    .argument('[data]', 'its data, as JSON; - reads standard input', '{}')
    .option('--source <name>', 'where it comes from', 'custom')
    .option('--subject <text>', 'what it is about')
    .option('--bus <name>', 'an event bus other than the default one')
    .option('--id <id>', 'an event with this id is accepted once')
    .action((type: string, data: string, options: EmitOptions) => emit(stage, type, data, options));
  const hooks = program.command('hooks').description('addresses for services that push signed events');
  hooks
    .command('list', { isDefault: true })
    .description('the webhooks of the environment')
    .action(async () => stage.answer(await stage.api().get<{ hooks: readonly Hook[] }>('/hooks'), hooksText));
  hooks
    .command('create')
    .argument('<name>')
    .description('make one; its events have the source webhook.NAME')
    .option('--scheme <scheme>', 'how the sender signs: github, stripe, standard, plain', 'plain')
    .option('--secret <secret>', "the sender's secret; without it one is made")
    .option('--bus <name>', 'an event bus other than the default one')
    .action(async (name: string, options: { scheme: string; secret?: string; bus?: string }) => {
      const api = stage.api();
      stage.answer(await api.post<Hook>('/hooks', { name, ...options }), (hook) => hookText(hook, api.url));
    });
  hooks
    .command('remove')
    .argument('<name>')
    .description('remove one')
    .action(async (name: string) =>
      stage.answer(await stage.api().remove(`/hooks/${encodeURIComponent(name)}`), () => `removed ${name}\n`),
    );
}

async function emit(stage: Stage, type: string, data: string, options: EmitOptions): Promise<void> {
  const text = data === '-' ? await textOf(stage, data) : data;
  const { source, subject, bus } = options;
  const body = {
    specversion: '1.0',
    id: options.id ?? crypto.randomUUID(),
    source,
    type,
    subject,
    data: jsonOf('the data', text),
  };
  const answer = await stage.api().post<Accepted>('/events', body, { bus });
  stage.answer(answer, ({ events: [event] }) =>
    event?.duplicate
      ? `accepted before as ${event.id}\n`
      : `accepted as ${event?.id}; follow it with: dalamb trace ${event?.id}\n`,
  );
}

function hooksText({ hooks }: { hooks: readonly Hook[] }): string {
  if (hooks.length === 0) return 'no webhooks yet; make one with: dalamb hooks create NAME\n';
  return table(
    ['NAME', 'SCHEME', 'BUS', 'PATH'],
    hooks.map(({ name, scheme, bus, path }) => [name, scheme, bus, path]),
  );
}

function hookText({ path, secret }: Hook, url: string): string {
  return `${url}${path}\n${secret === undefined ? '' : `secret, shown this once: ${secret}\n`}`;
}
