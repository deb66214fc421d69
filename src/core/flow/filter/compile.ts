import type { Flow, FlowEndpoint } from '../../model/flow.ts';
import type { FlowFilter, FlowFilters } from '../../model/flow-filter.ts';
import { NO_ENDPOINT } from '../endpoint.ts';
import { ipVersionOf } from '../more.ts';
import { addressMatcher } from './address.ts';
import { FilterError } from './error.ts';
import { eventMatcher, protocolMatcher } from './event.ts';
import { httpMatchers } from './http.ts';
import { labelMatcher } from './labels.ts';
import { namespacedNameMatcher } from './name.ts';
import { fqdnMatcher, nodeNameMatcher } from './pattern.ts';
import { compileRegex, matchesAnywhere } from './regex.ts';

/** Whether a flow is kept. */
export type FlowPredicate = (flow: Flow) => boolean;

/**
 * Compiles filters with Hubble's rules: within a filter all fields must match, and one value of each; a flow is kept
 * if one of `allow` matches, or there is none, and none of `deny` does. Patterns are compiled here, once.
 * Cilium v1.19.4 `pkg/hubble/filters/`.
 *
 * @param compileCel makes predicates of CEL expressions; without it they are refused
 * @throws {FilterError} for what Hubble would refuse
 */
export function compileFilters(filters: FlowFilters, compileCel: CompileCel = refuseCel): FlowPredicate {
  const allow = filters.allow.map((filter) => compileFilter(filter, compileCel));
  const deny = filters.deny.map((filter) => compileFilter(filter, compileCel));
  const isAllowed = anyOf(allow);
  const isDenied = anyOf(deny);
  if (deny.length === 0) return allow.length === 0 ? () => true : isAllowed;
  return allow.length === 0 ? (flow) => !isDenied(flow) : (flow) => isAllowed(flow) && !isDenied(flow);
}

/** Makes a predicate of one CEL expression. @throws {FilterError} where it is none that Hubble would take */
export type CompileCel = (expression: string) => FlowPredicate;

function refuseCel(expression: string): FlowPredicate {
  throw new FilterError(
    'cel_expression',
    expression,
    'sent to a server: recorded flows are not judged by CEL',
  );
}

/** All fields that are set must match. */
function compileFilter(filter: FlowFilter, compileCel: CompileCel): FlowPredicate {
  const all = [...eventPredicates(filter), ...endPredicates(filter), ...otherPredicates(filter, compileCel)];
  switch (all.length) {
    case 0:
      return () => true;
    case 1:
      return all[0]!;
    default:
      return (flow) => {
        for (const matches of all) if (!matches(flow)) return false;
        return true;
      };
  }
}

function anyOf(some: readonly FlowPredicate[]): FlowPredicate {
  if (some.length === 1) return some[0]!;
  return (flow) => {
    for (const matches of some) if (matches(flow)) return true;
    return false;
  };
}

/** What kind of event it is: the cheap questions, asked first. */
function eventPredicates(filter: FlowFilter): readonly FlowPredicate[] {
  const found: FlowPredicate[] = [];
  const { uuid, eventType, verdict, dropReasonDesc, trafficDirection, reply, protocol } = filter;
  if (isSet(uuid)) found.push((flow) => uuid.includes(flow.uuid));
  if (isSet(eventType)) found.push(eventMatcher(eventType));
  if (isSet(verdict)) found.push((flow) => verdict.includes(flow.verdict));
  if (isSet(dropReasonDesc)) {
    const reasons = new Set(dropReasonDesc.map((name) => (name === 'DROP_REASON_UNKNOWN' ? '' : name)));
    found.push((flow) => flow.verdict === 'DROPPED' && reasons.has(flow.dropReason));
  }
  if (isSet(trafficDirection)) found.push((flow) => trafficDirection.includes(flow.direction));
  if (isSet(reply)) {
    // Drops do not say whether they answer; Hubble counts them as requests.
    found.push(({ isReply, verdict }) =>
      isReply === 'unknown' ? verdict === 'DROPPED' && reply.includes(false) : reply.includes(isReply),
    );
  }
  if (isSet(protocol)) found.push(protocolMatcher(protocol));
  return found;
}

/** Who talks. */
function endPredicates(filter: FlowFilter): readonly FlowPredicate[] {
  const found: FlowPredicate[] = [];
  for (const end of ['source', 'destination'] as const) {
    const identities = filter[`${end}Identity`];
    if (isSet(identities)) found.push((flow) => isOneOf(flow[end], identities));
    const ips = filter[`${end}Ip`];
    if (isSet(ips)) found.push(onText(addressMatcher(`${end}_ip`, ips), (flow) => flow[`${end}Ip`]));
    const pods = filter[`${end}Pod`];
    if (isSet(pods)) {
      const matches = namespacedNameMatcher(`${end}_pod`, pods);
      found.push((flow) => matches(flow[end].namespace, flow[end].podName));
    }
    const services = filter[`${end}Service`];
    if (isSet(services)) {
      const matches = namespacedNameMatcher(`${end}_service`, services);
      found.push((flow) => {
        const service = flow[`${end}Service`];
        const slash = service.indexOf('/');
        return matches(service.slice(0, Math.max(0, slash)), service.slice(slash + 1));
      });
    }
    const workloads = filter[`${end}Workload`];
    if (isSet(workloads)) {
      found.push((flow) =>
        flow[end].workloads.some(({ name, kind }) =>
          workloads.some(
            (wanted) =>
              (wanted.name === '' || wanted.name === name) && (wanted.kind === '' || wanted.kind === kind),
          ),
        ),
      );
    }
    const fqdns = filter[`${end}Fqdn`];
    if (isSet(fqdns)) {
      const matches = fqdnMatcher(`${end}_fqdn`, fqdns);
      found.push((flow) => flow[`${end}Names`].some(matches));
    }
    const labels = filter[`${end}Label`];
    if (isSet(labels)) {
      const matches = labelMatcher(`${end}_label`, labels);
      found.push((flow) => matches(flow[end].labels));
    }
    const ports = filter[`${end}Port`];
    if (isSet(ports)) found.push(portMatcher(`${end}_port`, ports, `${end}Port`));
    const clusters = filter[`${end}ClusterName`];
    if (isSet(clusters)) {
      if (clusters.includes('')) throw new FilterError(`${end}_cluster_name`, '', 'the name of a cluster');
      found.push((flow) => clusters.includes(flow[end].clusterName));
    }
  }
  return found;
}

function otherPredicates(filter: FlowFilter, compileCel: CompileCel): readonly FlowPredicate[] {
  const found: FlowPredicate[] = [...httpMatchers(filter)];
  const { dnsQuery, tcpFlags, nodeName, nodeLabels, ipVersion, traceId, ipTraceId, encrypted } = filter;
  if (isSet(filter.sourceIpXlated)) {
    const matches = addressMatcher('source_ip_xlated', filter.sourceIpXlated);
    found.push(onText(matches, ({ more }) => more?.sourceXlatedIp ?? ''));
  }
  if (isSet(dnsQuery)) {
    const matches = matchesAnywhere(dnsQuery.map((text) => compileRegex('dns_query', text)));
    found.push(({ l7 }) => l7?.kind === 'dns' && matches(l7.query));
  }
  if (isSet(tcpFlags)) {
    found.push(
      ({ l4 }) =>
        l4?.protocol === 'TCP' &&
        l4.flags.length > 0 &&
        tcpFlags.some((flags) => flags.every((flag) => l4.flags.includes(flag))),
    );
  }
  if (isSet(nodeName)) found.push(onText(nodeNameMatcher('node_name', nodeName), (flow) => flow.nodeName));
  if (isSet(nodeLabels)) {
    const matches = labelMatcher('node_labels', nodeLabels);
    found.push(({ more }) => matches(more?.nodeLabels ?? NONE));
  }
  if (isSet(ipVersion)) found.push((flow) => ipVersion.includes(ipVersionOf(flow)));
  if (isSet(traceId)) found.push(({ more }) => traceId.includes(more?.traceId ?? ''));
  if (isSet(ipTraceId)) {
    found.push(({ more }) => ipTraceId.includes(more?.ipTraceId ?? '0'));
  }
  if (isSet(encrypted)) found.push(({ more }) => encrypted.includes(more?.isEncrypted ?? false));
  const interfaces = filter.interface;
  if (isSet(interfaces)) {
    found.push(({ more }) => {
      const { interface: seen } = more ?? {};
      return (
        seen !== undefined &&
        interfaces.some(
          ({ index, name }) => (index === 0 || index === seen.index) && (name === '' || name === seen.name),
        )
      );
    });
  }
  if (isSet(filter.celExpression)) found.push(anyOf(filter.celExpression.map(compileCel)));
  return found;
}

function isSet<T>(values: readonly T[] | undefined): values is readonly T[] {
  return values !== undefined && values.length > 0;
}

/** An end that Hubble says nothing of has no identity, not even 0. */
function isOneOf(end: FlowEndpoint, identities: readonly number[]): boolean {
  return end !== NO_ENDPOINT && identities.includes(end.identity);
}

function onText(matches: (text: string) => boolean, textOf: (flow: Flow) => string): FlowPredicate {
  return (flow) => matches(textOf(flow));
}

function portMatcher(
  field: string,
  texts: readonly string[],
  side: 'sourcePort' | 'destinationPort',
): FlowPredicate {
  const ports = texts.map((text) => {
    const port = /^[0-9]{1,20}$/.test(text) ? Number(text) : Number.NaN;
    if (!(port <= 65_535)) throw new FilterError(field, text, 'a port from 0 to 65535');
    return port;
  });
  return ({ l4 }) => l4 !== undefined && 'sourcePort' in l4 && ports.includes(l4[side]);
}

const NONE: readonly never[] = [];
