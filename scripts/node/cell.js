// The Node cell: one workload under one concurrency model of Node, driven over docs/PROTOCOL.md, with nothing but Node's own modules.
//
// work.js has what is done, runners.js how, and worker.js is what runs in other threads and processes.
'use strict';

const readline = require('readline');
const { Failure, checksum, some } = require('./common');
const { WORKLOADS, makeWork } = require('./work');
const { RUNNERS } = require('./runners');

const VERSION = 1;
const VERSION_OF_NODE = `Node ${process.version}, V8 ${process.versions.v8}`;

let work = null;
let runner = null;

function hello() {
  const runners = RUNNERS.map(({ name, model, parallelism, about, processes, sharesMemory }) => ({
    name, model, parallelism, about, processes,
    workloads: sharesMemory ? WORKLOADS : WORKLOADS.filter((workload) => workload !== 'convoy'),
  }));
  return { say: 'hello', protocol: VERSION, language: 'JavaScript', version: VERSION_OF_NODE, warms_up: true, runners };
}

async function start(asked) {
  if (asked.protocol !== VERSION) throw new Failure('unavailable', `this cell speaks protocol ${VERSION}, not ${asked.protocol}`);
  if (asked.profile_log) throw new Failure('unavailable', "Node's cells record no profiles");
  for (const name of Object.keys(asked.options || {})) throw new Failure('unavailable', `there is no option \`${name}\` in Node's cells`);
  const kind = RUNNERS.find(({ name }) => name === asked.runner);
  if (!kind) throw new Failure('unavailable', `there is no runner \`${asked.runner}\` in Node's cells`);
  const made = makeWork(asked);
  const atOnce = kind.parallelism === 'workers' ? asked.workers : 1;
  if (made.together && (!kind.sharesMemory || atOnce < made.tasks)) {
    throw new Failure('unavailable', `its ${made.tasks} tasks never give way and must be in progress all at once: give it as many worker threads`);
  }
  const begin = process.hrtime.bigint();
  runner = await kind.start(asked, made);
  work = made;
  return { say: 'ready', start_ns: Number(process.hrtime.bigint() - begin), version: VERSION_OF_NODE };
}

async function run() {
  if (!runner) throw new Failure('crash', '`run` came before a `start` that went well');
  const results = new Array(work.tasks);
  const timings = [];
  const begin = process.hrtime.bigint();
  const workers = await runner.run(results, timings);
  const wall = Number(process.hrtime.bigint() - begin);
  const said = {
    say: 'sample', tasks: results.length, checksum: 0, workers_seen: workers, wall_ns: wall,
    timings: timings.length ? { [work.timed]: some(timings) } : {},
    source: { wall: 'node-hrtime', yield: 'microtask' },
  };
  // A number of 64 bits is more than JSON.stringify can say.
  return JSON.stringify(said).replace('"checksum":0', `"checksum":${checksum(results)}`);
}

async function answer(line) {
  let asked;
  try {
    asked = JSON.parse(line);
  } catch (error) {
    throw new Failure('crash', `the driver sent what is no message: ${error.message}`);
  }
  if (asked && asked.do === 'hello') return hello();
  if (asked && asked.do === 'start') return start(asked);
  if (asked && asked.do === 'run') return run();
  throw new Failure('crash', 'the driver sent what is not of the protocol');
}

async function main() {
  // What anything else prints goes to standard error.
  const say = process.stdout.write.bind(process.stdout);
  console.log = console.error;
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    let said;
    try {
      said = await answer(line);
    } catch (error) {
      const kind = error.kind || (['EMFILE', 'ENFILE', 'EAGAIN'].includes(error.code) ? 'limit' : 'crash');
      said = { say: 'error', kind, message: error.message || String(error) };
    }
    await new Promise((done) => say(`${typeof said === 'string' ? said : JSON.stringify(said)}\n`, done));
  }
  if (runner) runner.close();
  process.exit(0);
}

main();
