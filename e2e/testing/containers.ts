import { spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { followChild } from '@ordercast/platform/testing/child-process.ts';
import type { Child } from '@ordercast/platform/testing/child-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SCRIPTS = join(ROOT, 'e2e', 'containers');
/** The name of what the Dockerfile begins from; what is made here in its place has another digest. */
export const BASE_IMAGE = 'docker.io/library/node:24.21.0-bookworm-slim';
const TOOLS = ['buildah', 'podman', 'runc', 'debootstrap'];
/** The image's own user. */
const USER = 1000;

/** What is missing to build and run containers here, for the name of a skipped suite; empty where nothing is. */
export function missingForContainers(): string {
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).error !== undefined);
  const isRoot = process.getuid?.() === 0;
  return [...missing, ...(isRoot ? [] : ['root'])].join(', ');
}

/** crun, Debian's default, wants rights that a container of its own lacks. */
const CONTAINERS_CONF = `[engine]
runtime = "runc"
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=20000:20000"]
`;

let environment: NodeJS.ProcessEnv | undefined;

function containerEnvironment(): NodeJS.ProcessEnv {
  if (environment === undefined) {
    const file = join(mkdtempSync(join(tmpdir(), 'ordercast-containers-')), 'containers.conf');
    writeFileSync(file, CONTAINERS_CONF);
    environment = { ...process.env, CONTAINERS_CONF: file };
  }
  return environment;
}

/** Runs a program to its end; throws with what it said unless that is 0. */
export function containerTool(file: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    encoding: 'utf8',
    env: containerEnvironment(),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error !== undefined || status !== 0) {
    throw new Error(`${file} ${args.join(' ')} ended with ${String(status)}:\n${stdout}${stderr}`);
  }
  return stdout.trim();
}

/** Builds the Dockerfile; its base is made by debootstrap where no image of that name is there. */
export function buildImage(name: string, ...options: string[]): void {
  const isThere = spawnSync('buildah', ['inspect', '--type', 'image', BASE_IMAGE]).status === 0;
  if (!isThere) {
    const folder = mkdtempSync(join(tmpdir(), 'ordercast-base-'));
    containerTool(join(SCRIPTS, 'base-image.sh'), BASE_IMAGE, folder);
    containerTool('rm', '-rf', folder);
  }
  const base = ['--build-arg', `NODE_IMAGE=${BASE_IMAGE}`];
  containerTool(join(SCRIPTS, 'build-image.sh'), name, ...base, ...options);
}

export interface Container extends Child {
  name: string;
}

let started = 0;

/**
 * Runs a command of an image as ECS does: read-only, without capabilities, as the image's user. It shares this machine's
 * network, and `folder`, whose files become that user's.
 */
export function startContainer(
  image: string,
  command: readonly string[],
  { env = {}, folder }: { env?: Record<string, string>; folder?: string } = {},
): Container {
  const name = `ordercast-test-${process.pid}-${(started += 1)}`;
  if (folder !== undefined) {
    const files = readdirSync(folder).map((file) => join(folder, file));
    for (const path of [folder, ...files]) chownSync(path, USER, USER);
  }
  const args = [
    ...['run', '--rm', '--name', name, '--network=host', '--read-only', '--read-only-tmpfs=false'],
    ...['--cap-drop=all', '--security-opt=no-new-privileges', '--memory=512m'],
    ...(folder === undefined ? [] : ['--volume', `${folder}:${folder}`]),
    ...Object.entries(env).flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
    ...[image, ...command],
  ];
  const child = spawn('podman', args, {
    env: containerEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = (signal: NodeJS.Signals) => {
    spawnSync('podman', ['kill', '--signal', signal, name], { env: containerEnvironment() });
  };
  return { ...followChild(child, kill), name };
}

/** The exit code of the image's health check in a running container. */
export function healthOf({ name }: Container): number | null {
  const options = { env: containerEnvironment() };
  return spawnSync('podman', ['healthcheck', 'run', name], options).status;
}
