import type { Permission } from '../model/cluster.ts';

/** `list pods`, `create pods/portforward in kube-system`. */
export function permissionName({ verb, resource, group, namespace, name }: Permission): string {
  const what = group === '' ? resource : `${resource}.${group}`;
  return `${verb} ${what}${name === '' ? '' : ` ${name}`}${namespace === '' ? '' : ` in ${namespace}`}`;
}

/** The RBAC rule that grants it, as one line of YAML. Whoever may list may as well get and watch. */
export function rbacRule({ verb, group, resource, name }: Permission): string {
  const verbs = verb === 'list' || verb === 'watch' ? 'get, list, watch' : verb;
  const only = name === '' ? '' : `, resourceNames: [${name}]`;
  return `{apiGroups: ["${group}"], resources: [${resource}]${only}, verbs: [${verbs}]}`;
}
