import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { API_PORT, address } from './addresses.mjs';
import { eventually } from './waiting.mjs';

const PROGRAM = process.env.ELASTIC_HAPROXY;
const PYTHON = '/usr/bin/python3';
const AWS = '/usr/bin/aws';

/** A daemon with its HAProxy and data, in a folder of its own. */
export class Node {
  static async make(more = '') {
    const node = new Node();
    node.folder = mkdtempSync(join(tmpdir(), 'eh-')); // short: sockets lie in it
    node.data = join(node.folder, 'd');
    node.address = await address();
    node.balancerAddress = await address();
    node.url = `http://${node.address}:${API_PORT}`;
    const settings = `[api]\nlisten = ["${node.address}:${API_PORT}"]\n[haproxy]\naddresses = ["${node.balancerAddress}"]\n`;
    writeFileSync(join(node.folder, 'elastic.toml'), settings + more);
    return node;
  }

  async start() {
    const log = openSync(join(this.folder, 'log'), 'a');
    this.process = spawn(PROGRAM, ['--daemon', ...this.#where()], { stdio: ['ignore', log, log] });
    await eventually(async () => (await fetch(`${this.url}/readyz`)).ok, `the node is ready:\n${this.log()}`);
    return this;
  }

  /** kill -9 of the daemon; HAProxy goes on. */
  kill() {
    return this.#end('SIGKILL');
  }

  async restart() {
    await this.#end('SIGTERM');
    return this.start();
  }

  async close() {
    await this.#end('SIGTERM');
    for (const pid of this.#processes()) {
      process.kill(pid, 'SIGKILL');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  log() {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  get key() {
    const { AccessKeyId, SecretAccessKey } = JSON.parse(
      readFileSync(join(this.data, 'first-key.json'), 'utf8'),
    );
    return { id: AccessKeyId, secret: SecretAccessKey };
  }

  /** What the key may do from the next start on: there is no verb for it yet. The daemon must not run. */
  setRole(role) {
    const change =
      'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute("UPDATE access_keys SET role = ?", sys.argv[2:]); db.commit()';
    execFileSync(PYTHON, ['-c', change, join(this.data, 'state.db'), role]);
  }

  async stop() {
    await this.#end('SIGTERM');
  }

  /** A verb by the unix socket, as an admin. */
  act(verb, members = {}) {
    return this.#ask('POST', `/v1/actions/${verb}`, members);
  }

  read(path) {
    return this.#ask('GET', path);
  }

  create(name, port, instancePort, protocol = 'HTTP') {
    const listener = {
      Protocol: protocol,
      LoadBalancerPort: port,
      InstanceProtocol: protocol,
      InstancePort: instancePort,
    };
    return this.act('CreateLoadBalancer', {
      LoadBalancerName: name,
      Listeners: [listener],
      AvailabilityZones: ['a'],
    });
  }

  /** The shortest health check there is. */
  checkQuickly(name, target) {
    const check = { Target: target, Interval: 5, Timeout: 2, UnhealthyThreshold: 2, HealthyThreshold: 2 };
    return this.act('ConfigureHealthCheck', { LoadBalancerName: name, HealthCheck: check });
  }

  register(name, ...ids) {
    const Instances = ids.map((InstanceId) => ({ InstanceId }));
    return this.act('RegisterInstancesWithLoadBalancer', { LoadBalancerName: name, Instances });
  }

  async names() {
    return (await this.read('/v1/load-balancers')).LoadBalancers.map((balancer) => balancer.LoadBalancerName);
  }

  /** `aws elb …`, as somebody would type it. */
  aws(...words) {
    const own = {
      AWS_SHARED_CREDENTIALS_FILE: join(this.data, 'aws-credentials'),
      AWS_CONFIG_FILE: '/dev/null',
      AWS_DEFAULT_REGION: 'local',
      AWS_PAGER: '',
      AWS_EC2_METADATA_DISABLED: 'true',
      LC_ALL: 'C.UTF-8',
    };
    return execFileSync(AWS, ['--endpoint-url', this.url, 'elb', ...words], {
      env: { ...process.env, ...own },
      encoding: 'utf8',
    });
  }

  #where() {
    return ['--config', join(this.folder, 'elastic.toml'), '--data-dir', this.data];
  }

  async #end(signal) {
    const child = this.process;
    this.process = null;
    if (child && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    }
  }

  /** All that name this node's data. */
  #processes() {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry) && commandLine(entry).includes(this.data))
      .map(Number);
  }

  #ask(method, path, body) {
    const options = {
      socketPath: join(this.data, 'run', 'control.sock'),
      method,
      path,
      headers: { Host: 'localhost', 'Content-Type': 'application/json' },
    };
    return new Promise((resolve, reject) => {
      const asked = request(options, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('end', () => {
          const text = Buffer.concat(pieces).toString();
          const ok = response.statusCode < 300;
          ok
            ? resolve(JSON.parse(text))
            : reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        });
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
