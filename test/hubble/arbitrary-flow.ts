import * as fc from 'fast-check';

/** The JSON of a `flow.Flow`, with any of the fields that the model keeps, and some that it does not. */
export function arbitraryFlowJson(): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    {
      time: instant,
      uuid: fc.uuid(),
      verdict: enumOf(['FORWARDED', 'DROPPED', 'ERROR', 'AUDIT', 'REDIRECTED', 'TRACED', 'TRANSLATED'], 60),
      drop_reason: fc.constantFrom(0, 130, 133, 181, 206, 4_000_000_000),
      drop_reason_desc: enumOf(['POLICY_DENIED', 'POLICY_DENY', 'INVALID_SOURCE_MAC', 'NAT46'], 300),
      auth_type: enumOf(['SPIRE', 'TEST_ALWAYS_FAIL'], 9),
      ethernet: fc.record({ source: text, destination: text }),
      IP: fc.record(
        {
          source: address,
          destination: address,
          source_xlated: address,
          ipVersion: enumOf(['IPv4', 'IPv6'], 2),
          encrypted: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      l4: fc.oneof(
        fc.record({
          TCP: fc.record(
            {
              source_port: port,
              destination_port: port,
              flags: fc.dictionary(fc.constantFrom('FIN', 'SYN', 'ACK', 'NS'), fc.boolean()),
            },
            { requiredKeys: [] },
          ),
        }),
        fc.record({ UDP: ports }),
        fc.record({ SCTP: ports }),
        fc.record({ ICMPv4: icmp }),
        fc.record({ ICMPv6: icmp }),
        fc.record({ VRRP: fc.record({ type: port, vrid: port, priority: port }) }),
        fc.record({ IGMP: fc.record({ type: port, group_address: text }) }),
        fc.constant({}),
      ),
      source: endpoint,
      destination: endpoint,
      Type: enumOf(['L3_L4', 'L7', 'SOCK'], 17),
      node_name: text,
      node_labels: texts,
      source_names: texts,
      destination_names: texts,
      l7: fc.oneof(
        fc.record({
          type: l7Type,
          dns: fc.record({ query: text, ips: fc.array(address), rcode: port }, { requiredKeys: [] }),
        }),
        fc.record({
          type: l7Type,
          latency_ns: fc.constantFrom('0', '8000000', '18446744073709551615'),
          http: fc.record(
            {
              code: port,
              method: text,
              url: text,
              protocol: text,
              headers: fc.array(fc.record({ key: text, value: text })),
            },
            { requiredKeys: [] },
          ),
        }),
        fc.record({ type: l7Type, kafka: fc.record({ topic: text }) }),
        fc.record({ type: l7Type }),
      ),
      reply: fc.boolean(),
      is_reply: fc.boolean(),
      event_type: fc.record(
        { type: fc.constantFrom(1, 4, 5, 129), sub_type: fc.nat(255) },
        { requiredKeys: [] },
      ),
      source_service: named,
      destination_service: named,
      traffic_direction: enumOf(['INGRESS', 'EGRESS'], 5),
      policy_match_type: fc.nat(7),
      trace_observation_point: enumOf(['TO_ENDPOINT', 'TO_STACK'], 55),
      interface: fc.record({ index: port, name: text }, { requiredKeys: [] }),
      trace_context: fc.record({ parent: fc.record({ trace_id: text }) }, { requiredKeys: [] }),
      ip_trace_id: fc.record(
        { trace_id: fc.constantFrom('0', '7', '18446744073709551615'), ip_option_type: port },
        { requiredKeys: [] },
      ),
      socket_cookie: fc.constantFrom('1', '18446744073709551615'),
      egress_allowed_by: policies,
      ingress_allowed_by: policies,
      egress_denied_by: policies,
      ingress_denied_by: policies,
      policy_log: texts,
      aggregate: fc.record({ ingress_flow_count: port, egress_flow_count: port }, { requiredKeys: [] }),
      Summary: text,
    },
    { requiredKeys: [] },
  );
}

/** A constant's name, or a number that it may not know. */
function enumOf(names: readonly string[], number: number): fc.Arbitrary<string | number> {
  return fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...names) }, fc.nat(number));
}

// Proto texts are Unicode, so half of a surrogate pair cannot come.
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('', 'shop', 'web-0'));
const texts = fc.array(text, { maxLength: 4 });
const address = fc.constantFrom('', '10.0.1.7', '10.0.2.9', 'fd00::7');
const port = fc.nat(65_535);
const ports = fc.record({ source_port: port, destination_port: port }, { requiredKeys: [] });
const icmp = fc.record({ type: fc.nat(255), code: fc.nat(255) }, { requiredKeys: [] });
const l7Type = enumOf(['REQUEST', 'RESPONSE', 'SAMPLE'], 9);
const named = fc.record({ name: text, namespace: text }, { requiredKeys: [] });
const policies = fc.array(
  fc.record(
    { name: text, namespace: text, labels: texts, revision: fc.constantFrom('0', '12'), kind: text },
    { requiredKeys: [] },
  ),
  { maxLength: 3 },
);
const endpoint = fc.record(
  {
    ID: port,
    identity: fc.constantFrom(0, 1, 40_211, 16_777_217, 4_294_967_295),
    cluster_name: text,
    namespace: text,
    labels: texts,
    pod_name: text,
    workloads: fc.array(fc.record({ name: text, kind: text }, { requiredKeys: [] }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const instant = fc
  .tuple(fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }), fc.nat(999_999_999))
  .map(([seconds, nanos]) => {
    const date = new Date(seconds * 1000).toISOString().slice(0, 19);
    return `${date}.${String(nanos).padStart(9, '0')}Z`;
  });
