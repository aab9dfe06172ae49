import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ipaddr from 'ipaddr.js';
import type { NameSources } from '../../src/events/nameLookup';

/** Record types, and what else an answer is made of (RFC 1035). */
const TYPES: Readonly<Record<number, 'A' | 'AAAA'>> = { 1: 'A', 28: 'AAAA' };
const HEADER_BYTES = 12;
const ANSWERS = 0x8180;
const NO_SUCH_NAME = 0x8183;

/** Addresses of a name; none: there is no such name. */
export type NameAnswer = (name: string, type: 'A' | 'AAAA') => readonly string[] | 'silent';

/** A name server on this machine, over UDP. */
export class NameServer {
  /** Every question, as `<type> <name>`. */
  readonly asked: string[] = [];
  answer: NameAnswer = () => [];
  private readonly socket = createSocket('udp4');
  private readonly directory = mkdtempSync(join(process.env['TEST_DIRECTORY']!, 'names-'));

  /** Has names looked up here, with an empty hosts file. */
  readonly sources: Required<NameSources> = {
    hostsFile: join(this.directory, 'hosts'),
    resolverFile: join(this.directory, 'resolv.conf'),
  };

  async start(): Promise<this> {
    this.socket.on('message', (query, from) => {
      this.reply(query, from);
    });
    this.socket.bind(0, '127.0.0.1');
    await once(this.socket, 'listening');
    this.writeRules();
    return this;
  }

  /** Writes the resolver file: this server, and more lines. */
  writeRules(...more: string[]): void {
    const server = `nameserver 127.0.0.1:${this.socket.address().port}`;
    writeFileSync(this.sources.resolverFile, [server, ...more, ''].join('\n'));
  }

  writeHosts(text: string): void {
    writeFileSync(this.sources.hostsFile, text);
  }

  private reply(query: Buffer, { port, address }: RemoteInfo): void {
    const labels: string[] = [];
    let at = HEADER_BYTES;
    for (let length = query[at]!; length > 0; length = query[at]!) {
      labels.push(query.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    const type = TYPES[query.readUInt16BE(at + 1)]!;
    const name = labels.join('.').toLowerCase();
    const answer = this.answer(name, type);
    this.asked.push(`${type} ${name}`);
    if (answer === 'silent') return;
    const ofType = answer.filter((one) => one.includes(':') === (type === 'AAAA'));
    const header = Buffer.alloc(HEADER_BYTES);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(answer.length > 0 ? ANSWERS : NO_SUCH_NAME, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(ofType.length, 6);
    const question = query.subarray(HEADER_BYTES, at + 5);
    const records = ofType.map((one) => {
      const bytes = Buffer.from(ipaddr.parse(one).toByteArray());
      // The name of the question, its type and class, a life of 0 s.
      const kind = question.subarray(-4);
      const life = Buffer.from([0, 0, 0, 0, 0, bytes.length]);
      return Buffer.concat([Buffer.from([0xc0, HEADER_BYTES]), kind, life, bytes]);
    });
    this.socket.send(Buffer.concat([header, question, ...records]), port, address);
  }

  async close(): Promise<void> {
    this.socket.close();
    await once(this.socket, 'close');
  }
}
