/**
 * Where an HTTP API answers to people: its own name with the port of the platform, on this machine; elsewhere its path form, since nobody there
 * resolves `.localhost`. endpoint: as API Gateway tells it, `http://ID.execute-api.REGION.localhost`.
 */
export function routeUrl(endpoint: string, publicUrl: string): string {
  const base = new URL(publicUrl);
  const at = new URL(endpoint);
  if (!/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(base.hostname))
    return `${base.origin}/_dalamb/execute-api/${at.hostname.split('.')[0]}/$default`;
  at.port = base.port;
  return at.origin;
}
