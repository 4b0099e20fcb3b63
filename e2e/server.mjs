// The built site under a sub-path, as a good static host sends it: right types, packed, cached. It can also be
// as slow as a given line, which holds for the worker's requests too (throttling in the browser does not).

import { createServer } from 'node:http';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.md': 'text/plain; charset=utf-8',
  '.yaml': 'text/plain; charset=utf-8',
};

/** A line of so many bytes a second, after so many milliseconds; all answers share it. */
class Line {
  constructor({ bytesPerSecond, latencyMs }) {
    Object.assign(this, { bytesPerSecond, latencyMs, freeAt: 0 });
  }

  /** Sends in pieces, so that answers at the same time share the line. */
  async send(response, body) {
    await new Promise((go) => setTimeout(go, this.latencyMs));
    const piece = 4096;
    for (let at = 0; at < body.length; at += piece) {
      const bytes = body.subarray(at, at + piece);
      const now = performance.now();
      this.freeAt = Math.max(this.freeAt, now) + (bytes.length / this.bytesPerSecond) * 1000;
      await new Promise((go) => setTimeout(go, this.freeAt - now));
      response.write(bytes);
    }
    response.end();
  }
}

const fileOf = async (dist, path) => {
  const place = normalize(join(dist, path));
  if (place !== normalize(dist) && !place.startsWith(normalize(dist + sep))) return null;
  const found = await stat(place).catch(() => null);
  if (found?.isDirectory()) return path === '' || path.endsWith('/') ? join(place, 'index.html') : { redirect: true };
  return found ? place : null;
};

/** Starts serving; gives the address of the site and a way to stop. */
export const serve = async ({ dist, prefix = '/opsfest/', quality = 9, line = null }) => {
  const packed = new Map();
  const slow = line ? new Line(line) : null;

  const pack = (file, body, accepted) => {
    const coding = accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : null;
    if (!coding || file.endsWith('.png')) return { body, coding: null };
    const key = `${coding} ${file}`;
    if (!packed.has(key)) {
      const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
      packed.set(key, coding === 'br' ? brotliCompressSync(body, { params }) : gzipSync(body, { level: 9 }));
    }
    return { body: packed.get(key), coding };
  };

  const answer = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const inside = pathname.startsWith(prefix);
    const path = inside ? decodeURIComponent(pathname.slice(prefix.length)) : '';
    let file = inside ? await fileOf(dist, path) : null;
    if (file?.redirect) {
      response.writeHead(301, { location: `${pathname}/` }).end();
      return;
    }
    const status = file ? 200 : 404;
    file ??= join(dist, '404.html');
    const raw = await readFile(file).catch(() => Buffer.from('not here'));
    const { body, coding } = pack(file, raw, request.headers['accept-encoding'] ?? '');
    const lasting = /[-/][0-9a-f]{12,}([._/]|$)/.test(path);
    response.writeHead(status, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'cache-control': lasting ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-length': body.length,
      ...(coding ? { 'content-encoding': coding, vary: 'accept-encoding' } : {}),
    });
    if (request.method === 'HEAD') response.end();
    else if (slow) await slow.send(response, body);
    else response.end(body);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${server.address().port}${prefix}`;
  const close = () => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  };
  return { url, close };
};
