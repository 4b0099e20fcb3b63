// A file system in memory with the calls that isomorphic-git makes, as quick as it can be made: maps and nothing else.

const bytes = new TextEncoder();
const text = new TextDecoder();

const missing = (path) => Object.assign(new Error(`ENOENT: ${path}`), { code: 'ENOENT' });

export const memoryFs = () => {
  const nodes = new Map([['/', { kind: 'dir', names: new Set(), ino: 1 }]]);
  let time = 1_780_684_200_000;
  let ino = 1;
  const clean = (path) => {
    const plain = path.replace(/\/(?:\.(?=\/|$)\/?)+/g, '/').replace(/\/{2,}/g, '/');
    return plain.length > 1 && plain.endsWith('/') ? plain.slice(0, -1) : plain;
  };
  const parent = (path) => path.slice(0, path.lastIndexOf('/')) || '/';
  const name = (path) => path.slice(path.lastIndexOf('/') + 1);
  const get = (path) => {
    const node = nodes.get(clean(path));
    if (!node) throw missing(path);
    return node;
  };
  const put = (path, node) => {
    const up = nodes.get(parent(path));
    if (!up) throw missing(path);
    up.names.add(name(path));
    ino += 1;
    nodes.set(path, { ino, mtime: (time += 1), ...node });
  };
  const drop = (path) => {
    get(path);
    nodes.get(parent(path))?.names.delete(name(path));
    nodes.delete(clean(path));
  };
  const stat = async (path) => {
    const { kind, data, ino: number, mtime = time } = get(path);
    const is = (wanted) => () => kind === wanted;
    const times = { mtimeMs: mtime, ctimeMs: mtime, dev: 1, ino: number, uid: 1, gid: 1 };
    const mode = kind === 'dir' ? 0o040000 : 0o100644;
    return { ...times, mode, size: data?.length ?? 0, isFile: is('file'), isDirectory: is('dir'), isSymbolicLink: is('link') };
  };
  const promises = {
    readFile: async (path, options) => {
      const { data } = get(path);
      const encoding = typeof options === 'string' ? options : options?.encoding;
      return encoding ? text.decode(data) : data;
    },
    writeFile: async (path, data) => {
      put(clean(path), { kind: 'file', data: typeof data === 'string' ? bytes.encode(data) : data });
    },
    unlink: async (path) => drop(path),
    rmdir: async (path) => drop(path),
    readdir: async (path) => [...get(path).names].sort(),
    mkdir: async (path) => {
      const at = clean(path);
      if (nodes.has(at)) throw Object.assign(new Error(`EEXIST: ${at}`), { code: 'EEXIST' });
      put(at, { kind: 'dir', names: new Set() });
    },
    stat,
    lstat: stat,
    readlink: async (path) => text.decode(get(path).data),
    symlink: async (target, path) => put(clean(path), { kind: 'link', data: bytes.encode(target) }),
    chmod: async () => {},
  };
  return { promises };
};
