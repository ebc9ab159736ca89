// Failures, the checksum, and what else several files need.
'use strict';

// Latencies that are told one by one, at most. Of more every n-th is.
const MOST_TIMINGS = 50000;

// What becomes an `error` message.
class Failure extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

function checksum(results) {
  let sum = 0n;
  for (let index = 0; index < results.length; index++) {
    sum += (BigInt(results[index]) + 0x9E3779B97F4A7C15n) * BigInt(2 * index + 1);
  }
  return BigInt.asUintN(64, sum);
}

function some(timings) {
  const step = Math.floor(timings.length / MOST_TIMINGS) + 1;
  return step === 1 ? timings : timings.filter((_, place) => place % step === 0);
}

// Carries out a task, and says which one failed.
async function carryOut(work, index, timings) {
  try {
    return await work.task(index, timings);
  } catch (error) {
    const failure = new Failure(error.kind || 'crash', `task ${index}: ${error.message}`);
    if (['EMFILE', 'ENFILE'].includes(error.code)) failure.kind = 'limit';
    throw failure;
  }
}

module.exports = { Failure, carryOut, checksum, some };
