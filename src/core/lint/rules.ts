import type { Rule } from './rule.ts';
import { type AccessOneSidedFields, accessOneSided } from './rules/access-one-sided.ts';
import { type AccidentalDefaultDenyFields, accidentalDefaultDeny } from './rules/accidental-default-deny.ts';
import { type AlertLabelNotExportedFields, alertLabelNotExported } from './rules/alert-label-not-exported.ts';
import { type AnyPortFields, anyPort } from './rules/any-port.ts';
import { type ApiserverAsRemoteNodeFields, apiserverAsRemoteNode } from './rules/apiserver-as-remote-node.ts';
import { type BadSuppressionFields, badSuppression } from './rules/bad-suppression.ts';
import { type BrokenFileFields, brokenFile } from './rules/broken-file.ts';
import { type CidrForClusterFields, cidrForCluster } from './rules/cidr-for-cluster.ts';
import { type CiliumHealthCutFields, ciliumHealthCut } from './rules/cilium-health-cut.ts';
import { type ClusterwideEmptyPeerFields, clusterwideEmptyPeer } from './rules/clusterwide-empty-peer.ts';
import {
  type DefaultDenyWithoutRulesFields,
  defaultDenyWithoutRules,
} from './rules/default-deny-without-rules.ts';
import { type DenyEverythingFields, denyEverything } from './rules/deny-everything.ts';
import {
  type DescriptionContradictsFields,
  descriptionContradicts,
} from './rules/description-contradicts.ts';
import { type DnsEgressMissingFields, dnsEgressMissing } from './rules/dns-egress-missing.ts';
import { type DroppedLabelFields, droppedLabel } from './rules/dropped-label.ts';
import { type DuplicateObjectFields, duplicateObject } from './rules/duplicate-object.ts';
import { type EmptyPeerListFields, emptyPeerList } from './rules/empty-peer-list.ts';
import { type EmptyPortsFields, emptyPorts } from './rules/empty-ports.ts';
import { type EmptyRuleListFields, emptyRuleList } from './rules/empty-rule-list.ts';
import { type EnforcementDisabledFields, enforcementDisabled } from './rules/enforcement-disabled.ts';
import { type ExplicitDefaultDenyFields, explicitDefaultDeny } from './rules/explicit-default-deny.ts';
import {
  type ForeignNamespaceSubjectFields,
  foreignNamespaceSubject,
} from './rules/foreign-namespace-subject.ts';
import { type FqdnAnyNameFields, fqdnAnyName } from './rules/fqdn-any-name.ts';
import { type FqdnInClusterFields, fqdnInCluster } from './rules/fqdn-in-cluster.ts';
import { type FqdnWithoutDnsRuleFields, fqdnWithoutDnsRule } from './rules/fqdn-without-dns-rule.ts';
import { type HardCodedAddressFields, hardCodedAddress } from './rules/hard-coded-address.ts';
import { type HatchOneSidedFields, hatchOneSided } from './rules/hatch-one-sided.ts';
import { type HboneMissingFields, hboneMissing } from './rules/hbone-missing.ts';
import { type HboneOpenFields, hboneOpen } from './rules/hbone-open.ts';
import { type HealthIngressMissingFields, healthIngressMissing } from './rules/health-ingress-missing.ts';
import { type HostNetworkPodsFields, hostNetworkPods } from './rules/host-network-pods.ts';
import { type IcmpTypeZeroFields, icmpTypeZero } from './rules/icmp-type-zero.ts';
import { type InvalidCatalogFields, invalidCatalog } from './rules/invalid-catalog.ts';
import { type L7VoidedFields, l7Voided } from './rules/l7-voided.ts';
import { type LabelAsAnnotationFields, labelAsAnnotation } from './rules/label-as-annotation.ts';
import { type MisreadKeyFields, misreadKey } from './rules/misread-key.ts';
import { type MissingCidrGroupFields, missingCidrGroup } from './rules/missing-cidr-group.ts';
import { type MissingServiceFields, missingService } from './rules/missing-service.ts';
import { type MisspeltLabelFields, misspeltLabel } from './rules/misspelt-label.ts';
import { type MixedInputFields, mixedInput } from './rules/mixed-input.ts';
import {
  type NamespaceWithoutProfileFields,
  namespaceWithoutProfile,
} from './rules/namespace-without-profile.ts';
import { type NegativePeerFields, negativePeer } from './rules/negative-peer.ts';
import { type OtherEndRefusesFields, otherEndRefuses } from './rules/other-end-refuses.ts';
import { type PlatformWithoutPolicyFields, platformWithoutPolicy } from './rules/platform-without-policy.ts';
import { type PolicyNotAppliedFields, policyNotApplied } from './rules/policy-not-applied.ts';
import { type PolicyTypesIgnoredFields, policyTypesIgnored } from './rules/policy-types-ignored.ts';
import { type PortsWithoutPeerFields, portsWithoutPeer } from './rules/ports-without-peer.ts';
import { type ProfileDiffersFields, profileDiffers } from './rules/profile-differs.ts';
import { type ProfileOnPlatformFields, profileOnPlatform } from './rules/profile-on-platform.ts';
import { type RefusedObjectFields, refusedObject } from './rules/refused-object.ts';
import { type ScrapeIngressMissingFields, scrapeIngressMissing } from './rules/scrape-ingress-missing.ts';
import { type SelectsNothingFields, selectsNothing } from './rules/selects-nothing.ts';
import { type ServicePortFields, servicePort } from './rules/service-port.ts';
import { type UnknownAccessFields, unknownAccess } from './rules/unknown-access.ts';
import { type UnknownFieldFields, unknownField } from './rules/unknown-field.ts';
import { type UnknownNamedPortFields, unknownNamedPort } from './rules/unknown-named-port.ts';
import { type UnknownNamespaceFields, unknownNamespace } from './rules/unknown-namespace.ts';
import { type UnknownProfileFields, unknownProfile } from './rules/unknown-profile.ts';
import { type UnresolvedVariableFields, unresolvedVariable } from './rules/unresolved-variable.ts';
import { type UnusedProfileFields, unusedProfile } from './rules/unused-profile.ts';

/** What each rule says about a finding. The order is that of the documentation. */
export interface FindingFields {
  readonly 'broken-file': BrokenFileFields;
  readonly 'duplicate-object': DuplicateObjectFields;
  readonly 'invalid-catalog': InvalidCatalogFields;
  readonly 'policy-not-applied': PolicyNotAppliedFields;
  readonly 'refused-object': RefusedObjectFields;
  readonly 'unknown-field': UnknownFieldFields;
  readonly 'unresolved-variable': UnresolvedVariableFields;
  readonly 'any-port': AnyPortFields;
  readonly 'enforcement-disabled': EnforcementDisabledFields;
  readonly 'explicit-default-deny': ExplicitDefaultDenyFields;
  readonly 'hard-coded-address': HardCodedAddressFields;
  readonly 'label-as-annotation': LabelAsAnnotationFields;
  readonly 'misspelt-label': MisspeltLabelFields;
  readonly 'mixed-input': MixedInputFields;
  readonly 'namespace-without-profile': NamespaceWithoutProfileFields;
  readonly 'profile-differs': ProfileDiffersFields;
  readonly 'profile-on-platform': ProfileOnPlatformFields;
  readonly 'unknown-access': UnknownAccessFields;
  readonly 'unknown-profile': UnknownProfileFields;
  readonly 'unused-profile': UnusedProfileFields;
  readonly 'dns-egress-missing': DnsEgressMissingFields;
  readonly 'hbone-missing': HboneMissingFields;
  readonly 'health-ingress-missing': HealthIngressMissingFields;
  readonly 'platform-without-policy': PlatformWithoutPolicyFields;
  readonly 'scrape-ingress-missing': ScrapeIngressMissingFields;
  readonly 'cidr-for-cluster': CidrForClusterFields;
  readonly 'clusterwide-empty-peer': ClusterwideEmptyPeerFields;
  readonly 'dropped-label': DroppedLabelFields;
  readonly 'empty-peer-list': EmptyPeerListFields;
  readonly 'foreign-namespace-subject': ForeignNamespaceSubjectFields;
  readonly 'host-network-pods': HostNetworkPodsFields;
  readonly 'misread-key': MisreadKeyFields;
  readonly 'missing-cidr-group': MissingCidrGroupFields;
  readonly 'missing-service': MissingServiceFields;
  readonly 'negative-peer': NegativePeerFields;
  readonly 'selects-nothing': SelectsNothingFields;
  readonly 'unknown-namespace': UnknownNamespaceFields;
  readonly 'accidental-default-deny': AccidentalDefaultDenyFields;
  readonly 'default-deny-without-rules': DefaultDenyWithoutRulesFields;
  readonly 'deny-everything': DenyEverythingFields;
  readonly 'empty-ports': EmptyPortsFields;
  readonly 'empty-rule-list': EmptyRuleListFields;
  readonly 'icmp-type-zero': IcmpTypeZeroFields;
  readonly 'policy-types-ignored': PolicyTypesIgnoredFields;
  readonly 'ports-without-peer': PortsWithoutPeerFields;
  readonly 'service-port': ServicePortFields;
  readonly 'unknown-named-port': UnknownNamedPortFields;
  readonly 'fqdn-any-name': FqdnAnyNameFields;
  readonly 'fqdn-in-cluster': FqdnInClusterFields;
  readonly 'fqdn-without-dns-rule': FqdnWithoutDnsRuleFields;
  readonly 'l7-voided': L7VoidedFields;
  readonly 'access-one-sided': AccessOneSidedFields;
  readonly 'hatch-one-sided': HatchOneSidedFields;
  readonly 'hbone-open': HboneOpenFields;
  readonly 'other-end-refuses': OtherEndRefusesFields;
  readonly 'alert-label-not-exported': AlertLabelNotExportedFields;
  readonly 'apiserver-as-remote-node': ApiserverAsRemoteNodeFields;
  readonly 'bad-suppression': BadSuppressionFields;
  readonly 'cilium-health-cut': CiliumHealthCutFields;
  readonly 'description-contradicts': DescriptionContradictsFields;
}

export type RuleId = keyof FindingFields;

/** Every rule. A new one is a file in `rules/`, two lines here, and its words in `report/lint/words`. */
export const RULES: { readonly [Id in RuleId]: Rule<Id, FindingFields[Id]> } = {
  'broken-file': brokenFile,
  'duplicate-object': duplicateObject,
  'invalid-catalog': invalidCatalog,
  'policy-not-applied': policyNotApplied,
  'refused-object': refusedObject,
  'unknown-field': unknownField,
  'unresolved-variable': unresolvedVariable,
  'any-port': anyPort,
  'enforcement-disabled': enforcementDisabled,
  'explicit-default-deny': explicitDefaultDeny,
  'hard-coded-address': hardCodedAddress,
  'label-as-annotation': labelAsAnnotation,
  'misspelt-label': misspeltLabel,
  'mixed-input': mixedInput,
  'namespace-without-profile': namespaceWithoutProfile,
  'profile-differs': profileDiffers,
  'profile-on-platform': profileOnPlatform,
  'unknown-access': unknownAccess,
  'unknown-profile': unknownProfile,
  'unused-profile': unusedProfile,
  'dns-egress-missing': dnsEgressMissing,
  'hbone-missing': hboneMissing,
  'health-ingress-missing': healthIngressMissing,
  'platform-without-policy': platformWithoutPolicy,
  'scrape-ingress-missing': scrapeIngressMissing,
  'cidr-for-cluster': cidrForCluster,
  'clusterwide-empty-peer': clusterwideEmptyPeer,
  'dropped-label': droppedLabel,
  'empty-peer-list': emptyPeerList,
  'foreign-namespace-subject': foreignNamespaceSubject,
  'host-network-pods': hostNetworkPods,
  'misread-key': misreadKey,
  'missing-cidr-group': missingCidrGroup,
  'missing-service': missingService,
  'negative-peer': negativePeer,
  'selects-nothing': selectsNothing,
  'unknown-namespace': unknownNamespace,
  'accidental-default-deny': accidentalDefaultDeny,
  'default-deny-without-rules': defaultDenyWithoutRules,
  'deny-everything': denyEverything,
  'empty-ports': emptyPorts,
  'empty-rule-list': emptyRuleList,
  'icmp-type-zero': icmpTypeZero,
  'policy-types-ignored': policyTypesIgnored,
  'ports-without-peer': portsWithoutPeer,
  'service-port': servicePort,
  'unknown-named-port': unknownNamedPort,
  'fqdn-any-name': fqdnAnyName,
  'fqdn-in-cluster': fqdnInCluster,
  'fqdn-without-dns-rule': fqdnWithoutDnsRule,
  'l7-voided': l7Voided,
  'access-one-sided': accessOneSided,
  'hatch-one-sided': hatchOneSided,
  'hbone-open': hboneOpen,
  'other-end-refuses': otherEndRefuses,
  'alert-label-not-exported': alertLabelNotExported,
  'apiserver-as-remote-node': apiserverAsRemoteNode,
  'bad-suppression': badSuppression,
  'cilium-health-cut': ciliumHealthCut,
  'description-contradicts': descriptionContradicts,
};

export const RULE_IDS: readonly RuleId[] = Object.keys(RULES) as RuleId[];

export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(RULES, text);
}
