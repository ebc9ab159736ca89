// How it is done: the concurrency models of Node. `run` fills in the results and the latencies, and returns how many workers there were.
'use strict';

const childProcess = require('child_process');
const path = require('path');
const { Worker } = require('worker_threads');
const { Failure, carryOut } = require('./common');

const WORKER = path.join(__dirname, 'worker.js');

async function startSequential(asked, work) {
  const run = async (results, timings) => {
    for (let index = 0; index < results.length; index++) results[index] = await carryOut(work, index, timings);
    return Math.min(1, results.length);
  };
  return { run, close() {} };
}

async function startPromises(asked, work) {
  const run = async (results, timings) => {
    const all = Array.from(results, (_, index) => carryOut(work, index, timings));
    (await Promise.all(all)).forEach((result, index) => { results[index] = result; });
    return Math.min(1, results.length);
  };
  return { run, close() {} };
}

// Waits for a message from each worker, in which it says that it is ready or what came of its tasks.
function next(worker) {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners();
    worker.once('message', (said) => (said.error ? reject(new Failure(said.error.kind, said.error.message)) : resolve(said)));
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Failure('crash', `a worker ended by itself (${code})`)));
  });
}

async function startThreads(asked, work) {
  const turn = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { asked, turn };
  const workers = Array.from({ length: asked.workers }, () => new Worker(WORKER, { workerData }));
  await Promise.all(workers.map(next));
  const run = async (results, timings) => {
    if (work.begin) work.begin();
    Atomics.store(turn, 0, 0);
    const parts = workers.map((worker) => {
      const part = next(worker);
      worker.postMessage('run');
      return part;
    });
    let seen = 0;
    for (const part of await Promise.all(parts)) {
      seen += part.results.length ? 1 : 0;
      for (const [index, result] of part.results) results[index] = result;
      for (const latency of part.timings) timings.push(latency);
    }
    return seen;
  };
  const close = () => {};
  return { run, close };
}

async function startProcesses(asked) {
  const workers = Array.from({ length: asked.workers }, () => {
    const worker = childProcess.fork(WORKER, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    worker.send(asked);
    return worker;
  });
  await Promise.all(workers.map(next));
  const run = async (results, timings) => {
    let turn = 0;
    const serve = async (worker) => {
      let done = 0;
      while (turn < results.length) {
        const index = turn++;
        const answer = next(worker);
        worker.send(index);
        const said = await answer;
        results[index] = said.result;
        for (const latency of said.timings) timings.push(latency);
        done += 1;
      }
      return done;
    };
    return (await Promise.all(workers.map(serve))).filter((done) => done > 0).length;
  };
  const close = () => workers.forEach((worker) => { worker.removeAllListeners(); worker.kill('SIGKILL'); });
  return { run, close };
}

const RUNNERS = [
  { name: 'sequential', model: 'sequential', parallelism: 'one', processes: false, sharesMemory: true, about: 'one task after the other in Node', start: startSequential },
  { name: 'promises', model: 'async-single', parallelism: 'one', processes: false, sharesMemory: true, about: 'a promise for each task on one event loop', start: startPromises },
  { name: 'worker-threads', model: 'thread-pool', parallelism: 'workers', processes: false, sharesMemory: true, about: 'W long-lived threads with an event loop each (worker_threads)', start: startThreads },
  { name: 'child-processes', model: 'process-pool', parallelism: 'workers', processes: true, sharesMemory: false, about: 'W long-lived processes that are sent one task at a time (child_process.fork)', start: startProcesses },
];

module.exports = { RUNNERS };
