'use strict';

class Context {
  #deadline;
  #finish;

  constructor(variables, call) {
    this.#deadline = call.deadline;
    this.#finish = call.finish;
    this.callbackWaitsForEmptyEventLoop = true;
    this.functionVersion = variables.AWS_LAMBDA_FUNCTION_VERSION;
    this.functionName = variables.AWS_LAMBDA_FUNCTION_NAME;
    this.memoryLimitInMB = variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE;
    this.logGroupName = variables.AWS_LAMBDA_LOG_GROUP_NAME;
    this.logStreamName = variables.AWS_LAMBDA_LOG_STREAM_NAME;
    this.clientContext = call.clientContext;
    this.identity = undefined;
    this.invokedFunctionArn = call.arn;
    this.awsRequestId = call.id;
    // Own members, as on AWS: they survive being taken off the object and copies of it.
    this.getRemainingTimeInMillis = () => Math.max(0, Math.floor(this.#deadline - Date.now()));
    this.done = (error, value) => this.#finish(error, value);
    this.succeed = (value) => this.#finish(null, value);
    this.fail = (error) => this.#finish(error ?? 'handled', undefined);
  }
}

/** The context object of AWS's documentation. call: { id, deadline (epoch ms), arn, clientContext, finish(error, value) }. */
function createContext(variables, call) {
  return new Context(variables, call);
}

module.exports = { createContext };
