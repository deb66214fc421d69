import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HATCH_LABEL, HatchLab } from '../lib/hatch-lab.ts';

let lab: HatchLab;
beforeAll(async () => {
  lab = await HatchLab.start();
}, 60_000);
afterAll(() => lab.stop());
afterEach(() => lab.reset());

const FORBIDDEN = (verb: string): string =>
  `namespaces "zipline" is forbidden: User "ada" cannot ${verb} resource "namespaces" in API group "" at the cluster scope`;

describe('a hatch that may not be opened', () => {
  it.each(['open', 'close'])('names the rule that lets one %s, and changes nothing', async (verb) => {
    if (verb === 'close') await lab.open('zipline');
    lab.inject({
      resource: 'namespaces',
      verb: 'patch',
      effect: { kind: 'refuse', code: 403, reason: 'Forbidden', message: FORBIDDEN('patch') },
    });
    const { code, err } = verb === 'open' ? await lab.open('zipline') : await lab.close('zipline');
    expect(code).toBe(2);
    expect(err).toContain('You may not patch namespaces zipline. Nothing was changed.');
    expect(err).toContain(
      '{apiGroups: [""], resources: [namespaces], resourceNames: [zipline], verbs: [patch]}',
    );
    expect(lab.isOpen('zipline')).toBe(verb === 'close');
  });

  it('names the rule where namespaces may not be read', async () => {
    lab.inject({
      resource: 'namespaces',
      verb: 'get',
      effect: { kind: 'refuse', code: 403, reason: 'Forbidden', message: FORBIDDEN('get') },
    });
    const { code, err } = await lab.open('zipline');
    expect({ code, isOpen: lab.isOpen('zipline') }).toEqual({ code: 2, isOpen: false });
    expect(err).toContain('You may not get namespaces zipline. Nothing was changed.');
  });

  it('opens for one who may not list namespaces', async () => {
    lab.inject({
      resource: 'namespaces',
      verb: 'list',
      effect: { kind: 'refuse', code: 403, reason: 'Forbidden', message: FORBIDDEN('list') },
    });
    expect((await lab.open('zipline')).code).toBe(0);
    expect(lab.isOpen('zipline')).toBe(true);
    const unknown = await lab.open('ziplin');
    expect(unknown.err).toContain('There is no namespace "ziplin" in the cluster. Nothing was changed.');
    const status = await lab.propolis('hatch', 'status');
    expect(status.code).toBe(2);
    expect(status.err).toContain('You may not list namespaces.');
    expect(status.err).toContain('verbs: [get, list, watch]');
  });

  it('opens for one who may not forward ports, and says that nobody watched', async () => {
    lab.inject({
      resource: 'pods',
      verb: 'create',
      effect: {
        kind: 'refuse',
        code: 403,
        reason: 'Forbidden',
        message:
          'pods "x" is forbidden: User "ada" cannot create resource "pods/portforward" in API group ""',
      },
    });
    lab.inject({
      resource: 'pods',
      verb: 'get',
      effect: {
        kind: 'refuse',
        code: 403,
        reason: 'Forbidden',
        message: 'pods "x" is forbidden: User "ada" cannot get resource "pods/portforward" in API group ""',
      },
    });
    const { code, err } = await lab.openAndWatch('zipline', '2s');
    expect({ code, isOpen: lab.isOpen('zipline') }).toEqual({ code: 0, isOpen: true });
    expect(err).toContain('the change stands, and its flows could not be watched');
    expect(err).toContain('pods/portforward');
    const status = await lab.propolis('hatch', 'status');
    expect(status.out).toContain('zipline');
    expect(status.err).toContain('drops are not known');
    expect(status.code).toBe(0);
  });

  it('tells what a guard says, and what it takes', async () => {
    const message = `namespaces "zipline" is forbidden: ValidatingAdmissionPolicy 'network-policy-labels' with binding 'network-policy-labels' denied request: changing ${HATCH_LABEL} takes the verb set on namespacelabels.network-policy.homelab`;
    lab.inject({
      resource: 'namespaces',
      verb: 'patch',
      effect: { kind: 'refuse', code: 403, reason: 'Forbidden', message },
    });
    const { code, err } = await lab.open('zipline');
    expect(code).toBe(2);
    expect(err).toContain(
      'takes the verb set on namespacelabels.network-policy.homelab. Nothing was changed.',
    );
    expect(err).toContain('docs/rbac.md');
  });

  it.each(['open', 'close', 'status', 'reap'])('says that a token has run out: %s', async (verb) => {
    lab.inject({ effect: { kind: 'refuse', code: 401, reason: 'Unauthorized', message: 'Unauthorized' } });
    const { code, err } = await (verb === 'open'
      ? lab.open('zipline')
      : verb === 'close'
        ? lab.close('zipline')
        : lab.propolis('hatch', verb));
    expect(code).toBe(2);
    expect(err).toContain('does not accept the credentials');
    expect(err).toContain('log in again');
    if (verb === 'open' || verb === 'close') expect(err).toContain('Nothing was changed.');
  });
});

describe('a connection that is cut', () => {
  it.each(['open', 'close'])(
    'before the change, %s says that nothing was changed, and works again',
    async (verb) => {
      const act = (name: string): ReturnType<typeof lab.open> =>
        verb === 'open' ? lab.open(name) : lab.close(name);
      if (verb === 'close') await lab.open('zipline');
      lab.inject({ resource: 'namespaces', verb: 'patch', effect: { kind: 'cut' }, times: 1 });
      const { code, err } = await act('zipline');
      expect(code).toBe(2);
      expect(err).toContain(`zipline was not ${verb === 'open' ? 'opened' : 'closed'}: nothing was changed.`);
      expect(err).toContain('Run the same again: that is safe.');
      expect((await act('zipline')).code).toBe(0);
      expect(lab.isOpen('zipline')).toBe(verb === 'open');
    },
  );

  it.each(['open', 'close'])('after the change, %s sees that it was made, and goes on', async (verb) => {
    const act = (name: string): ReturnType<typeof lab.open> =>
      verb === 'open' ? lab.open(name) : lab.close(name);
    if (verb === 'close') await lab.open('zipline');
    lab.inject({ resource: 'namespaces', verb: 'patch', effect: { kind: 'cut', afterBytes: 40 }, times: 1 });
    const { code, err } = await act('zipline');
    expect(err).toContain(
      `The change was made all the same: zipline is ${verb === 'open' ? 'opened' : 'closed'}.`,
    );
    expect(code).toBe(0);
    expect(lab.isOpen('zipline')).toBe(verb === 'open');
    const again = await act('zipline');
    expect(again.err).toContain('Nothing was changed');
    expect(again.code).toBe(0);
  });

  it('for longer, says that it is not known, and that running it again is safe', async () => {
    lab.inject({ resource: 'namespaces', verb: 'patch', effect: { kind: 'cut', afterBytes: 40 }, times: 1 });
    // The first read comes before the change.
    lab.inject({ resource: 'namespaces', verb: 'get', effect: { kind: 'slow', milliseconds: 1 }, times: 1 });
    lab.inject({ resource: 'namespaces', verb: 'get', effect: { kind: 'cut' }, times: 1 });
    const { code, err } = await lab.open('zipline');
    expect(code).toBe(2);
    expect(err).toContain('Whether zipline was opened is not known.');
    expect(err).toContain('Run the same again: that is safe.');
    expect((await lab.open('zipline')).err).toContain('zipline is open already since');
  });

  it('before anything, says that nothing was changed', async () => {
    lab.inject({ path: '/apis/authentication.k8s.io', effect: { kind: 'cut' }, times: 1 });
    const { code, err } = await lab.open('zipline');
    expect({ code, isOpen: lab.isOpen('zipline') }).toEqual({ code: 2, isOpen: false });
    expect(err).toContain('Nothing was changed.');
  });

  it('of the relay while watching is told with what was seen', async () => {
    lab.cluster.relay.inject({ cutAfter: 5 });
    const { code, err } = await lab.openAndWatch('zipline', '4s');
    expect(err).toMatch(/ended in the middle|connect again/);
    expect(err).toMatch(/zipline: .*flows? in \d+s/);
    expect(err).not.toMatch(/mistake in Propolis/);
    expect({ code, isOpen: lab.isOpen('zipline') }).toEqual({ code: 0, isOpen: true });
  });

  it('of the relay before anything was seen leaves the change standing', async () => {
    lab.cluster.relay.inject({ status: { code: 14, message: 'no agents' } });
    const { code, err } = await lab.openAndWatch('zipline', '2s');
    expect(err).toContain('the change stands, and its flows could not be watched');
    expect({ code, isOpen: lab.isOpen('zipline') }).toEqual({ code: 0, isOpen: true });
  });

  it('of a cluster without a relay is told with what to do', async () => {
    const service = lab.cluster.api.store.get('Service', 'kube-system', 'hubble-relay');
    if (service === undefined) throw new Error('no relay');
    lab.cluster.api.store.remove('Service', 'kube-system', 'hubble-relay');
    lab.undo(() => lab.cluster.api.store.put('Service', service));
    const { code, err } = await lab.openAndWatch('zipline', '2s');
    expect(err).toContain('There is no Service hubble-relay');
    expect({ code, isOpen: lab.isOpen('zipline') }).toEqual({ code: 0, isOpen: true });
  });
});
