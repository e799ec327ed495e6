// The command line of every example: deploy it, or take it away.
import { parseArgs } from 'node:util';

/** deploy and remove get the options, which are texts; deploy resolves to what to say in the end. */
export async function command({ options = [], deploy, remove }) {
  const texts = Object.fromEntries(options.map((name) => [name, { type: 'string' }]));
  const { values } = parseArgs({ options: { ...texts, remove: { type: 'boolean' } } });
  try {
    console.log(values.remove ? ((await remove(values)) ?? 'removed') : await deploy(values));
  } catch (error) {
    console.error(error.code === 'ECONNREFUSED' ? `nothing answers at ${process.env.AWS_ENDPOINT_URL}: npm start first` : error);
    process.exitCode = 1;
  }
}
