import type { HubbleError, SettingKind } from '../../model/hubble-error.ts';
import { printable, shorten } from '../printable.ts';

/** Why Hubble could not be asked, what was tried, and what to do about it. */
export function hubbleErrorText(error: HubbleError): { readonly message: string; readonly remedy: string } {
  const where = shorten(printable(error.where), 200);
  const detail = shorten(printable(error.detail), 300);
  const call = error.method === '' ? 'The call' : error.method;
  const waited = `${error.waitedMs / 1000} s`;
  switch (error.code) {
    case 'refused':
      return {
        message: `Nobody listens on ${where}: the connection was refused.`,
        remedy:
          'Check --server, or leave it out and use -P (--port-forward) to reach the relay in the cluster.',
      };
    case 'unknown-host':
      return {
        message: `The host of ${where} has no address.`,
        remedy:
          'Check the name in --server. Names of Services are only known inside the cluster: use -P there.',
      };
    case 'unreachable':
      return {
        message: `There is no way to ${where}${inBrackets(detail)}.`,
        remedy: 'Check the network, the VPN and the firewall between here and there.',
      };
    case 'dial-timeout':
      return {
        message: `${where} did not answer within ${waited}.`,
        remedy: 'Check the address and firewalls, or wait longer with --timeout 30s.',
      };
    case 'no-socket':
      return {
        message: `There is no socket ${where}.`,
        remedy: 'The socket of an agent is only on its node: unix:///var/run/cilium/hubble.sock.',
      };
    case 'socket-forbidden':
      return {
        message: `The socket ${where} may not be used by this user.`,
        remedy: "An agent's socket belongs to root.",
      };
    case 'no-way':
      return {
        message: `There is no way to ${where}: ${detail}.`,
        remedy: 'Check that the relay runs, and that you may forward ports to its pod.',
      };
    case 'http1':
      return {
        message: `${where} is a server of HTTP/1, and no relay of Hubble.`,
        remedy: "Name the relay's gRPC port with --server: 4245 in the pod, 80 or 443 of the Service.",
      };
    case 'not-http2':
      return {
        message: `${where} is no relay of Hubble: it begins with "${detail}".`,
        remedy: "Name the relay's gRPC port with --server: 4245 in the pod, 80 or 443 of the Service.",
      };
    case 'not-grpc':
      return {
        message: `${where} does not speak gRPC as Hubble does${inBrackets(detail)}.`,
        remedy: 'Check --server: it must be a relay or an agent, without a proxy that changes what it says.',
      };
    case 'closed':
      return {
        message: `${where} ended the connection before it said anything${inBrackets(detail)}.`,
        remedy: 'If it speaks TLS, give --tls. If it was reached by a port-forward, check the pod behind it.',
      };
    case 'wants-tls':
      return {
        message: `${where} speaks TLS, and was asked without.`,
        remedy:
          'Give --tls, and for a relay --tls-server-name instance.hubble-relay.cilium.io with --tls-ca-cert-files.',
      };
    case 'no-tls':
      return {
        message: `${where} does not speak TLS, and was asked with it.`,
        remedy: 'Leave --tls (or tls://, or HUBBLE_TLS) out.',
      };
    case 'unknown-ca':
      return {
        message: `The certificate of ${where} is signed by an authority that is not trusted${inBrackets(detail)}.`,
        remedy:
          "Give Cilium's authority: kubectl -n kube-system get secret cilium-ca -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt, then --tls-ca-cert-files ca.crt.",
      };
    case 'wrong-name':
      return {
        message: `The certificate of ${where} is for other names${inBrackets(detail)}.`,
        remedy: 'Give one of them with --tls-server-name; for *.x any name in its place: instance.x.',
      };
    case 'expired':
      return {
        message: `The certificate of ${where} has expired.`,
        remedy: 'Renew it in the cluster, and check the clock of this machine.',
      };
    case 'not-yet-valid':
      return {
        message: `The certificate of ${where} is not valid yet.`,
        remedy: 'Check the clock of this machine.',
      };
    case 'client-certificate':
      return {
        message: `${where} wants a certificate of this client, and took none that was given${inBrackets(detail)}.`,
        remedy:
          'Give --tls-client-cert-file and --tls-client-key-file, signed by the authority that it trusts and not expired.',
      };
    case 'tls-failed':
      return {
        message: `TLS with ${where} failed${inBrackets(detail)}.`,
        remedy: 'Check the certificates, and that both sides know a common version of TLS.',
      };
    case 'no-answer':
      return {
        message: `${where} did not answer ${error.method} ${error.waitedMs === 0 ? 'in time' : `within ${waited}`}.`,
        remedy: 'Wait longer with --request-timeout 60s, or ask for less with --last or --since.',
      };
    case 'cut-off':
      return {
        message: `The connection to ${where} ended in the middle of the answer${inBrackets(detail)}.`,
        remedy: 'What was told before is not all. Ask again; with --follow it is connected again by itself.',
      };
    case 'unsupported':
      return unsupported(where, call);
    case 'unavailable':
      return {
        message: `${where} is there and cannot serve now: ${detail}.`,
        remedy: 'Check the relay and its agents: kubectl -n kube-system get pods -l k8s-app=hubble-relay.',
      };
    case 'forbidden':
      return {
        message: `${where} does not allow this user ${call}: ${detail}.`,
        remedy: 'Ask whoever runs it for access, or go around what guards it with -P.',
      };
    case 'unauthenticated':
      return {
        message: `${where} does not know who asks: ${detail}.`,
        remedy:
          'Give what it wants: a client certificate, or --basic-auth-username and --basic-auth-password over --tls.',
      };
    case 'bad-request':
      return {
        message: `${where} did not accept what it was asked: ${detail}.`,
        remedy: 'Correct the filter or option that it names.',
      };
    case 'bad-field-mask':
      return {
        message: `${where} does not know a field of --field-mask.`,
        remedy:
          "Fields have the names of Hubble's JSON: source.pod_name, l4, Summary. Older versions know fewer.",
      };
    case 'status':
      return {
        message: `${where} ended ${call} with ${detail}.`,
        remedy: 'Look into its log: kubectl -n kube-system logs -l k8s-app=hubble-relay.',
      };
    case 'gave-up':
      return {
        message: `${where} could not be reached again in ${detail} tries${lastOf(error)}.`,
        remedy: 'All flows until the connection ended were told. Put it right, and ask again with --since.',
      };
    case 'bad-address':
      return {
        message: `"${where}" is no address of a server.`,
        remedy: 'It must be host:port, tls://host:port or unix:///path.',
      };
    case 'bad-setting':
      return {
        message: `${where} must not be "${detail}".`,
        remedy: `It must be ${EXPECTED[error.expected]}.`,
      };
    case 'bad-file':
      return {
        message: `${where} cannot be used: ${detail}.`,
        remedy: 'Check the path, who may read it, and what it holds.',
      };
    case 'half-pair':
      return {
        message: `A client certificate needs its key, and a key its certificate: ${where} is missing.`,
        remedy: 'Give --tls-client-cert-file and --tls-client-key-file, or neither.',
      };
    case 'tls-required':
      return {
        message: `${where} means something only over TLS, and the server is asked without.`,
        remedy: 'Give --tls, or a server that begins with tls://.',
      };
  }
}

/** That the connection is lost and made again. @param error absent where the server ended it in peace */
export function retryText(error: HubbleError | undefined, attempt: number, delayMs: number): string {
  const why = error === undefined ? 'The server ended the stream.' : hubbleErrorText(error).message;
  return `${why} Try ${attempt} to connect again in ${(delayMs / 1000).toFixed(1)} s.`;
}

function unsupported(where: string, call: string): { readonly message: string; readonly remedy: string } {
  if (call === 'GetNodes') {
    return {
      message: `${where} does not know GetNodes: it is an agent, and only a relay knows nodes.`,
      remedy: 'Name a relay with --server, or use -P.',
    };
  }
  return {
    message: `${where} does not know ${call}: it is no Hubble, or one of an older version.`,
    remedy: 'Check the address, and the version of Cilium: hubble status, cilium version.',
  };
}

function inBrackets(detail: string): string {
  return detail === '' ? '' : ` (${detail})`;
}

function lastOf({ cause }: HubbleError): string {
  return isHubbleError(cause) ? `: ${hubbleErrorText(cause).message.replace(/\.$/, '')}` : '';
}

function isHubbleError(cause: unknown): cause is HubbleError {
  return cause instanceof Error && cause.name === 'HubbleError';
}

const EXPECTED: Readonly<Record<SettingKind, string>> = {
  boolean: 'true or false',
  duration: 'a duration such as 5s, 500ms or 1m30s',
  text: 'one text',
  list: 'a list of texts',
  mapping: 'a mapping of names of flags to their values',
};
