import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { zipOf } from '../support/archives.ts';
import { type Clients, clients, createRole, deploy } from '../support/deploy.ts';
import { dalamb } from '../support/examples.ts';
import { ociMissing } from '../support/invoke-room.ts';
import { compiled, events, mavenCentral, noJava, pom } from '../support/java-application.ts';
import { type Platform, startPlatform } from '../support/platform.ts';
import { type Repository, repositoryAt } from '../support/pushed-application.ts';

const PROCFILE = `plain: shop.Orders
order: shop.Orders::take
bytes: shop.Reversed::handleRequest
photos: shop.Photos::count
`;
const SETTINGS = `[functions.plain]
memory = 256
[functions.bytes]
memory = 512
environment = { JAVA_TOOL_OPTIONS = "-Dshop.name=ann -Xmx100m" }
`;
const orders = (tax: number) => `package shop;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

public class Orders implements RequestHandler<Map<String, Object>, Map<String, Object>> {
  public static class Order {
    private String item;
    private int cents;

    public String getItem() { return item; }
    public void setItem(String item) { this.item = item; }
    public int getCents() { return cents; }
    public void setCents(int cents) { this.cents = cents; }
  }

  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    context.getLogger().log("asked für " + event.get("item"));
    if ("memory".equals(event.get("item"))) {
      List<byte[]> all = new ArrayList<>();
      while (true) all.add(new byte[1 << 20]);
    }
    if (event.get("item") == null) throw new IllegalArgumentException("no item");
    return Map.of("item", event.get("item"), "function", context.getFunctionName(), "left", context.getRemainingTimeInMillis());
  }

  public Order take(Order order) {
    order.setCents(order.getCents() + ${tax});
    return order;
  }
}
`;
const REVERSED = `package shop;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

public class Reversed implements RequestStreamHandler {
  public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
    String said = new String(in.readAllBytes());
    long heap = Runtime.getRuntime().maxMemory() >> 20;
    System.out.println("grüße " + System.getenv("AWS_EXECUTION_ENV"));
    out.write(("{\\"said\\":" + said + ",\\"name\\":\\"" + System.getProperty("shop.name") + "\\",\\"heap\\":" + heap + "}").getBytes());
  }
}
`;
const PHOTOS = `package shop;

import com.amazonaws.services.lambda.runtime.events.S3Event;

public class Photos {
  public String count(S3Event event) {
    var entity = event.getRecords().get(0).getS3();
    return entity.getBucket().getName() + "/" + entity.getObject().getUrlDecodedKey() + " " + event.getRecords().get(0).getEventTime().getYear();
  }
}
`;
const notification = {
  Records: [
    {
      eventSource: 'aws:s3',
      eventTime: '2026-11-21T10:00:00.000Z',
      s3: { bucket: { name: 'pictures' }, object: { key: 'a+b%20c.png', size: 3 } },
    },
  ],
};

suite('an application in Java', { skip: ociMissing ?? noJava, timeout: 300_000 }, () => {
  let platform: Platform;
  let of: Clients;
  let app: Repository;
  const cli = (...args: string[]) => dalamb(platform, '--app', 'shop', ...args);
  const invoke = async (FunctionName: string, event: unknown) => {
    const { Payload, FunctionError } = await of.lambda.invoke({ FunctionName, Payload: JSON.stringify(event) });
    return { answer: JSON.parse(Buffer.from(Payload!).toString()), FunctionError };
  };
  const logged = async (name: string, pattern: RegExp) => {
    let logs = '';
    for (let i = 0; i < 100 && !pattern.test(logs); i++) {
      logs = await cli('logs', name);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.match(logs, pattern);
  };

  before(async () => {
    const allow = (await mavenCentral()).map(({ to, port }) => `{ to = "${to}", port = ${port} }`);
    platform = await startPlatform({ config: `[build]\nallow = [${allow.join(', ')}]\n` });
    of = clients(platform.url);
    const role = await createRole(of, 'shop', ['service-role/AWSLambdaBasicExecutionRole']);
    await dalamb(platform, 'create', 'shop', '--role', role);
    const at = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'dalamb-java-')), 'shop');
    app = await repositoryAt(at, { dalamb: `${platform.url}/_dalamb/git/shop.git` });
    const source = 'src/main/java/shop';
    fs.mkdirSync(path.join(at, source), { recursive: true });
    await app.commit('Shop', {
      Procfile: PROCFILE,
      'dalamb.toml': SETTINGS,
      'pom.xml': pom(events),
      [`${source}/Orders.java`]: orders(1),
      [`${source}/Reversed.java`]: REVERSED,
      [`${source}/Photos.java`]: PHOTOS,
    });
  });
  after(async () => {
    await platform?.stop();
    if (app) fs.rmSync(path.dirname(app.folder), { recursive: true, force: true });
  });

  test('a push fetches and compiles, and every kind of handler answers', async () => {
    const said = await app.push('dalamb');
    assert.match(said, /remote: .*mvn process-classes/);
    assert.match(said, /remote: .*[Rr]eleased .*v1/);
    assert.match(await cli('ps'), /plain +shop-plain +java17 +shop\.Orders +256 MB +10 s/);
    const { answer } = await invoke('shop-plain', { item: 'tea' });
    assert.deepEqual([answer.item, answer.function], ['tea', 'shop-plain']);
    assert.ok(answer.left > 1000 && answer.left <= 10_000);
    assert.deepEqual((await invoke('shop-order', { item: 'tea', cents: 300 })).answer, { item: 'tea', cents: 301 });
    assert.equal((await invoke('shop-photos', notification)).answer, 'pictures/a b c.png 2026');
  });

  test('its errors have the form of AWS, also when its heap is full, and its logs are kept', async () => {
    const { answer, FunctionError } = await invoke('shop-plain', {});
    assert.equal(FunctionError, 'Unhandled');
    assert.deepEqual([answer.errorType, answer.errorMessage], ['java.lang.IllegalArgumentException', 'no item']);
    assert.match(answer.stackTrace[0], /^shop\.Orders\.handleRequest\(Orders\.java:26\)$/);
    const full = await invoke('shop-plain', { item: 'memory' });
    assert.deepEqual([full.FunctionError, full.answer.errorType], ['Unhandled', 'java.lang.OutOfMemoryError']);
    assert.equal((await invoke('shop-plain', { item: 'tea' })).answer.item, 'tea');
    await logged('shop-plain', /asked für tea/);
    await logged('shop-plain', /java\.lang\.IllegalArgumentException: no item/);
  });

  test('what a function says to its JVM holds', async () => {
    const { answer } = await invoke('shop-bytes', { a: ['ü'] });
    assert.deepEqual([answer.said, answer.name], [{ a: ['ü'] }, 'ann']);
    assert.ok(answer.heap > 80 && answer.heap <= 100, `${answer.heap} MiB`);
    await logged('shop-bytes', /grüße AWS_Lambda_java17/);
  });

  test('a push with the same manifest fetches nothing', async () => {
    await app.commit('Tax', { 'src/main/java/shop/Orders.java': orders(2) });
    assert.match(await app.push('dalamb'), /dependencies are as they were: mvn dependency:resolve is not needed/);
    assert.deepEqual((await invoke('shop-order', { item: 'tea', cents: 300 })).answer, { item: 'tea', cents: 302 });
  });

  test('the SDK makes functions of a jar, and is told which versions are not here', async () => {
    const jar = await zipOf(await compiled({ 'Plain.java': 'public class Plain { public int twice(int n) { return n * 2; } }' }));
    const settings = { Runtime: 'java17', Handler: 'Plain::twice', MemorySize: 128, Timeout: 15 } as const;
    await deploy(of, 'plain', jar, settings);
    assert.equal((await invoke('plain', 21)).answer, 42);
    const { Role } = (await of.iam.getRole({ RoleName: 'plain' })) as { Role: { Arn: string } };
    await of.lambda.createFunction({
      ...settings,
      FunctionName: 'nope',
      Handler: 'No::x',
      Role: Role.Arn,
      Code: { ZipFile: jar },
    });
    const { answer } = await invoke('nope', 1);
    assert.match(answer.errorMessage, /Class not found: No/);
    const other = { ...settings, FunctionName: 'other', Runtime: 'java11' as const, Role: Role.Arn, Code: { ZipFile: jar } };
    await assert.rejects(of.lambda.createFunction(other), /java11 \(available here: .*java17/);
  });

  test('where nothing may be fetched, a function in Java is refused, until somebody puts the client there', async (t) => {
    const closed = await startPlatform({ config: '[build]\nallow = []\n' });
    t.after(() => closed.stop());
    const there = clients(closed.url);
    const Role = await createRole(there, 'plain', ['service-role/AWSLambdaBasicExecutionRole']);
    const code = await zipOf({ 'Plain.class': '' });
    const create = (name: string) => deploy(there, name, code, { Runtime: 'java17', Handler: 'Plain::twice', Role });
    await assert.rejects(create('one'), {
      name: 'InvalidParameterValueException',
      message:
        /^Runtime java17: Java functions need .*\[build\] allow does not let it reach .*put aws-lambda-java-.*\/runtimes\/java$/,
    });
    const [from, to] = [platform, closed].map(({ directory }) => path.join(directory, 'runtimes/java'));
    fs.cpSync(from!, to!, { recursive: true });
    await create('two');
  });
});
