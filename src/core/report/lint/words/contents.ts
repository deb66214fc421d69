import { printable } from '../../printable.ts';
import { plural } from '../../units.ts';
import { listText } from '../../words/policy.ts';
import type { WordsOf } from './rule-words.ts';

type ContentRules = 'fqdn-any-name' | 'fqdn-in-cluster' | 'fqdn-without-dns-rule' | 'l7-voided';

export const CONTENT_WORDS: WordsOf<ContentRules> = {
  'fqdn-any-name': {
    what: ({ pattern, problem }) =>
      problem === 'every-name'
        ? `"${printable(pattern)}" is every name, so the rule is open to all of the internet`
        : `"${printable(pattern)}": ** is no more than * here, and reaches one label deep`,
    why: 'A star never crosses a dot, and ** does so only at the very start and from Cilium 1.19. A pattern of stars alone is every name',
    fix: ({ problem }) =>
      problem === 'every-name'
        ? 'name the domains; if all are meant, say so with the entity world'
        : 'write a pattern for each depth, or begin it with **.',
  },
  'fqdn-in-cluster': {
    what: ({ name }) => `${printable(name)} is a name of the cluster, and toFQDNs never matches its pods`,
    why: 'Names are tied to addresses outside. Pods are known by their labels, whatever their Service is called',
    fix: () => 'select the pods with toEndpoints',
  },
  'fqdn-without-dns-rule': {
    what: ({ names, pods, count, hasOther, isCertain }) =>
      `${hasOther ? `the DNS rules for ${podsText(pods, count)} do not let ${listText(names.map(printable))} be asked` : `no DNS rule sees what ${podsText(pods, count)} asks`}, so ${hasOther ? 'that' : listText(names.map(printable))} never has an address${isCertain ? '' : '; unless they have a label by which a policy gives them DNS rules'}`,
    why: 'toFQDNs knows only addresses that the DNS proxy has seen in answers. Without a DNS rule on the same pod nothing passes the proxy, and every connection is dropped',
    fix: ({ hasOther, names }) =>
      hasOther
        ? `add ${listText(names.map(printable))} to the dns rules of the egress to the DNS`
        : 'give the egress to the DNS rules: dns: [{matchPattern: "*"}]',
  },
  'l7-voided': {
    what: ({ contents, port, protocol, peer, pod, by }) =>
      by.length === 0
        ? `${contents} rules do not hold here: default deny is off, so every request passes`
        : `${listText(by.map(printable))} admits ${printable(peer)} to ${port}/${protocol} of ${printable(pod)} without looking into it, so the ${contents} rules refuse nothing`,
    why: 'Rules are added up. One that admits the same peer and port without rules on contents lets every request pass',
    fix: () => 'narrow the plain rule to other peers or ports, or give it the same rules on contents',
  },
};

function podsText(pods: readonly string[], count: number): string {
  const shown = listText(pods.map(printable));
  return count > pods.length ? `${shown} (${plural(count, 'pod')})` : shown;
}
