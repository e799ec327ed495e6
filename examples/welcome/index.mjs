// The sample application that a first start deploys: one function behind a URL.
let calls = 0;

export const handler = async (event, context) => {
  calls += 1;
  const request = event.requestContext?.http ?? { method: 'GET', path: '/' };
  if (!/text\/html/.test(event.headers?.accept ?? '')) {
    return { hello: 'from dalamb', request: `${request.method} ${request.path}`, calls, memory: context.memoryLimitInMB };
  }
  return { statusCode: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page(request, context) };
};

const page = (request, context) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Welcome to dalamb</title>
<style>
  body { font: 17px/1.6 system-ui, sans-serif; max-width: 42rem; margin: 4rem auto; padding: 0 1.5rem; color: #1d2430; background: #fafbfc }
  code, pre { font: 14px/1.5 ui-monospace, monospace; background: #eef1f5; border-radius: 6px } code { padding: 2px 6px } pre { padding: 1rem; overflow: auto }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem } dt { color: #667085 } dd { margin: 0 }
</style>
<h1>It works.</h1>
<p>A function of your own answered this request, in a sandbox on this machine.</p>
<dl>
  <dt>Function</dt><dd>${context.functionName}, version ${context.functionVersion}</dd>
  <dt>Request</dt><dd>${html(request.method)} ${html(request.path)}</dd>
  <dt>Invocation</dt><dd>${context.awsRequestId}</dd>
  <dt>Calls in this environment</dt><dd>${calls}</dd>
</dl>
<p>Next, with the AWS command line you know:</p>
<pre>export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
aws lambda list-functions</pre>
</html>`;

const html = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
