// Asks @cloud-copilot/iam-simulate the requests of a file: node iam_simulate.mjs <package folder> <requests> parsed|each
// Prints the seconds on the processor that the asking took and, for each request, whether it was allowed (null where it was not answered).
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [packages, requests, manner] = process.argv.slice(-3);
const load = (path) => import(pathToFileURL(`${packages}/${path}`).href);
const simulate = `@cloud-copilot/iam-simulate/dist/esm`;
const { runSimulation } = await load(`${simulate}/index.js`);
const { authorize } = await load(`${simulate}/core_engine/CoreSimulatorEngine.js`);
const { AwsRequestImpl } = await load(`${simulate}/request/request.js`);
const { RequestContextImpl } = await load(`${simulate}/requestContext.js`);
const { DiscoveryContextKeyConstraints } = await load(`${simulate}/context_keys/discoveryContextKeyConstraints.js`);
const { loadPolicy } = await load('@cloud-copilot/iam-policy/dist/esm/index.js');

const lines = readFileSync(requests, 'utf8').split('\n').filter(Boolean);
const named = (policies) => (policies ?? []).map((policy, index) => ({ name: `${index}`, policy }));
const levels = (all) => (all ?? []).map((level) => ({ orgIdentifier: level.org_id, policies: named(level.policies) }));
const accountOf = (row) => row.resource_account ?? (row.resource.split(':')[4] || row.principal.split(':')[4]);

const simulationOf = (row) => ({
  request: {
    principal: row.principal,
    action: row.action,
    resource: { resource: row.resource, accountId: accountOf(row) },
    contextVariables: row.context,
  },
  identityPolicies: named(row.identity_policies),
  serviceControlPolicies: levels(row.scps),
  resourceControlPolicies: levels(row.rcps),
  resourcePolicy: row.resource_policy,
  permissionBoundaryPolicies: row.permission_boundaries && named(row.permission_boundaries),
});

// Policies are loaded once for each text, as a caller who cares for speed would.
const loaded = new Map();
const once = (policy, name) => {
  const text = JSON.stringify(policy);
  if (!loaded.has(text)) loaded.set(text, loadPolicy(policy, { name }));
  return loaded.get(text);
};
const parsedOf = (row) => {
  const simulation = simulationOf(row);
  const all = (policies) => policies.map(({ policy, name }) => once(policy, name));
  return {
    simulation,
    policies: {
      sessionPolicy: undefined,
      identityPolicies: all(simulation.identityPolicies),
      serviceControlPolicies: simulation.serviceControlPolicies.map((level) => ({ ...level, policies: all(level.policies) })),
      resourceControlPolicies: [],
      resourcePolicy: simulation.resourcePolicy && once(simulation.resourcePolicy, 'resource'),
      permissionBoundaries: simulation.permissionBoundaryPolicies && all(simulation.permissionBoundaryPolicies),
      vpcEndpointPolicies: undefined,
      simulationParameters: { simulationMode: 'Strict', discoveryContextKeyConstraints: new DiscoveryContextKeyConstraints([]) },
      serviceSettings: {},
    },
  };
};
const authorized = ({ simulation, policies }) => {
  const { principal, resource, action, contextVariables } = simulation.request;
  const request = new AwsRequestImpl(principal, resource, action, new RequestContextImpl(contextVariables));
  return authorize({ request, ...policies }).result === 'Allowed';
};
const simulated = async (line) => {
  const result = await runSimulation(simulationOf(JSON.parse(line)), {});
  return result.resultType === 'error' ? null : result.overallResult === 'Allowed';
};

const decisions = [];
const prepared = manner === 'parsed' ? lines.map((line) => parsedOf(JSON.parse(line))) : lines;
const started = process.cpuUsage();
for (const one of prepared) {
  try {
    decisions.push(manner === 'parsed' ? authorized(one) : await simulated(one));
  } catch {
    decisions.push(null);
  }
}
const spent = process.cpuUsage(started);
const seconds = (spent.user + spent.system) / 1e6;
console.log(JSON.stringify({ seconds, decisions }));
