export interface Target {
  readonly protocol: string;
  readonly port: number;
  /** For HTTP and HTTPS; begins with a slash. */
  readonly path: string;
}

export function isHttp(protocol: string): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS';
}

/** "HTTP:80/ping" in its parts. What was never set is TCP on port 80. */
export function parseTarget(text: string): Target {
  const match = /^(\w+):(\d+)(\/.*)?$/s.exec(text);
  return {
    protocol: match?.[1]?.toUpperCase() ?? 'TCP',
    port: Number(match?.[2] ?? 80),
    path: match?.[3] ?? '/',
  };
}

export function renderTarget({ protocol, port, path }: Target): string {
  return `${protocol}:${port}${isHttp(protocol) ? path : ''}`;
}
