// What runs in another thread, or in another process: it carries out tasks one after the other.
'use strict';

const { isMainThread, parentPort, workerData } = require('worker_threads');
const { carryOut } = require('./common');
const { makeWork } = require('./work');

const failed = (error) => ({ error: { kind: error.kind || 'crash', message: error.message } });

// A thread takes the next task by a number that all threads share.
function beThread() {
  const work = makeWork(workerData.asked);
  parentPort.on('message', async () => {
    const [results, timings] = [[], []];
    try {
      for (let index = Atomics.add(workerData.turn, 0, 1); index < work.tasks; index = Atomics.add(workerData.turn, 0, 1)) {
        results.push([index, await carryOut(work, index, timings)]);
      }
      parentPort.postMessage({ results, timings });
    } catch (error) {
      parentPort.postMessage(failed(error));
    }
  });
  parentPort.postMessage({ ready: true });
}

// A process is sent what to do, and then the index of each task.
function beProcess() {
  let work = null;
  process.on('disconnect', () => process.exit(0));
  process.on('message', async (message) => {
    try {
      if (work === null) {
        work = makeWork(message);
        process.send({ ready: true });
        return;
      }
      const timings = [];
      process.send({ result: await carryOut(work, message, timings), timings });
    } catch (error) {
      process.send(failed(error));
    }
  });
}

if (isMainThread) beProcess();
else beThread();
