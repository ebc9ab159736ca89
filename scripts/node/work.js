// What is done: the workloads of docs/PROTOCOL.md. Each task is a function of its index that returns a promise or a result.
'use strict';

const net = require('net');
const { Failure } = require('./common');

const WORKLOADS = ['primes', 'counting', 'switch', 'empty', 'sleep', 'block', 'echo', 'convoy', 'request'];
const KNOWN_13 = [
  1116281, 1297337, 104395303, 472882027, 533000389, 817504243, 982451653, 112272535095293, 112582705942171,
  112272535095293, 115280095190773, 115797848077099, 1099726899285419,
];
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';
const FACTOR = 6364136223846793005n;
const TERM = 1442695040888963407n;
// Pieces in a millisecond where nobody has measured it.
const GUESS = 200;
// A number to wait at that nobody ever changes.
const NEVER = new Int32Array(new SharedArrayBuffer(4));
// Places of what a convoy shares.
const [STARTED, DONE] = [0, 1];

function isPrime(n) {
  if (n < 3 || n % 2 === 0) return n === 2;
  for (let divisor = 3; divisor * divisor <= n; divisor += 2) {
    if (n % divisor === 0) return false;
  }
  return true;
}

function countDown(from) {
  let steps = 0;
  for (let n = from; n > 0; n--) steps++;
  return steps;
}

// Node's timers know whole milliseconds, and may end a little early.
async function sleep(us) {
  const end = process.hrtime.bigint() + BigInt(us) * 1000n;
  for (let left = us / 1000; left > 0; left = Number(end - process.hrtime.bigint()) / 1e6) {
    await new Promise((done) => setTimeout(done, Math.ceil(left)));
  }
}

function piece(index) {
  let [a, b, c, d] = [0n, 1n, 2n, 3n].map((place) => 4n * BigInt(index) + place);
  for (let step = 0; step < 8; step++) {
    a = BigInt.asUintN(64, a * FACTOR + TERM);
    b = BigInt.asUintN(64, b * FACTOR + TERM);
    c = BigInt.asUintN(64, c * FACTOR + TERM);
    d = BigInt.asUintN(64, d * FACTOR + TERM);
  }
  return BigInt.asUintN(64, a + b + c + d);
}

// Makes round trips on a connection of its own; the sum of all bytes of all replies.
function talk(server, index, roundTrips, bytes, timings) {
  return new Promise((resolve, reject) => {
    const [host, port] = server.split(':');
    const socket = net.connect({ host, port: Number(port), noDelay: true });
    const reply = Buffer.alloc(bytes);
    let [turn, had, sum, sent, request] = [0, 0, 0, 0n, ''];
    const ask = () => {
      request = '';
      for (let place = 0; place < bytes - 1; place++) request += ALPHABET[(index + turn + place) % ALPHABET.length];
      request += '\n';
      had = 0;
      sent = process.hrtime.bigint();
      socket.write(request);
    };
    const fail = (error) => {
      socket.destroy();
      reject(error);
    };
    socket.on('connect', ask);
    socket.on('error', fail);
    socket.on('end', () => fail(new Error(`the server hung up after ${had} of ${bytes} bytes`)));
    socket.on('data', (chunk) => {
      if (had + chunk.length > bytes) return fail(new Error(`a reply of more than ${bytes} bytes`));
      chunk.copy(reply, had);
      had += chunk.length;
      if (had < bytes) return undefined;
      timings.push(Number(process.hrtime.bigint() - sent));
      if (reply.toString('latin1') !== request.toUpperCase()) return fail(new Error(`wrong reply to request ${turn}`));
      for (const byte of reply) sum += byte;
      turn += 1;
      if (turn < roundTrips) return ask();
      socket.destroy();
      return resolve(sum);
    });
  });
}

// The workload that a `start` asks for. What its tasks share is in `asked.shared`.
function makeWork(asked) {
  const params = asked.params || {};
  const number = (name) => {
    const value = params[name];
    if (!Number.isSafeInteger(value) || value < 0) throw new Failure('unavailable', `the parameter \`${name}\` is no whole number that fits: ${value}`);
    return value;
  };
  const server = () => {
    if (!asked.server) throw new Failure('unavailable', `\`${asked.workload}\` needs a server, and none is named`);
    return asked.server;
  };
  switch (asked.workload) {
    case 'primes': {
      if (params.preset) return { tasks: 5 * KNOWN_13.length, task: (index) => Number(isPrime(KNOWN_13[index % KNOWN_13.length])) };
      const [first, length, tasks] = ['start', 'length', 'tasks'].map(number);
      const task = (index) => {
        let count = 0;
        const end = first + Math.floor(((index + 1) * length) / tasks);
        for (let n = first + Math.floor((index * length) / tasks); n < end; n++) count += isPrime(n) ? 1 : 0;
        return count;
      };
      return { tasks, task };
    }
    case 'counting': {
      const from = number('from');
      return { tasks: number('tasks'), task: () => countDown(from) };
    }
    case 'switch': {
      const yields = number('yields');
      const task = async () => {
        let yielded = 0;
        for (; yielded < yields; yielded++) await null;
        return yielded;
      };
      return { tasks: number('tasks'), task };
    }
    case 'empty':
      return { tasks: number('tasks'), task: (index) => index };
    case 'sleep': {
      const us = number('wait_us');
      return { tasks: number('tasks'), task: async (index) => { await sleep(us); return index; } };
    }
    case 'block': {
      const us = number('wait_us');
      return { tasks: number('tasks'), task: (index) => { Atomics.wait(NEVER, 0, 0, us / 1000); return index; } };
    }
    case 'echo': {
      const [address, roundTrips, bytes] = [server(), number('round_trips'), number('bytes')];
      const task = (index, timings) => talk(address, index, roundTrips, bytes, timings);
      return { tasks: number('connections'), task, timed: 'round_trip_ns' };
    }
    case 'convoy':
      return convoy(asked, server(), number('beside'), number('round_trips'), number('bytes'));
    case 'request':
      return request(number, params);
    default:
      throw new Failure('unavailable', `there is no workload \`${asked.workload}\` in Node's cells`);
  }
}

function convoy(asked, server, beside, roundTrips, bytes) {
  asked.shared = asked.shared || new Int32Array(new SharedArrayBuffer(8));
  const shared = asked.shared;
  const task = async (index, timings) => {
    if (index > 0) {
      Atomics.add(shared, STARTED, 1);
      while (Atomics.load(shared, DONE) === 0) {
        if (!isPrime(1000003)) throw new Error('1000003 is prime');
      }
      return index;
    }
    try {
      while (Atomics.load(shared, STARTED) < beside) await sleep(1000);
      return await talk(server, 0, roundTrips, bytes, timings);
    } finally {
      Atomics.store(shared, DONE, 1);
    }
  };
  const begin = () => shared.fill(0);
  return { tasks: 1 + beside, together: beside > 0, task, begin, timed: 'round_trip_ns' };
}

function request(number, params) {
  const [steps, us] = [number('steps'), number('wait_us')];
  const perMs = params.pieces_per_ms == null ? GUESS : number('pieces_per_ms');
  const pieces = Math.floor((number('cpu_us') * perMs) / 1000);
  const part = (whole, turn) => Math.floor((whole * (turn + 1)) / steps) - Math.floor((whole * turn) / steps);
  const task = async (index, timings) => {
    const begin = process.hrtime.bigint();
    let result = 0n;
    for (let turn = 0; turn < steps; turn++) {
      result = piece(index);
      for (let more = part(pieces, turn); more > 1; more--) {
        if (piece(index) !== result) throw new Error('a piece of computing gave another result');
      }
      if (part(us, turn)) await sleep(part(us, turn));
    }
    timings.push(Number(process.hrtime.bigint() - begin));
    return result;
  };
  return { tasks: number('requests'), task, timed: 'task_ns' };
}

module.exports = { WORKLOADS, makeWork };
