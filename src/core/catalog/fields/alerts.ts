import { list, record } from '../shape/collections.ts';
import { labels } from '../shape/kubernetes.ts';
import { flag, text, word } from '../shape/scalars.ts';
import type { Shape } from '../shape/shape.ts';
import { ALERT_FORMS, type AlertSettings, type Guard } from '../types.ts';

export const alertsShape: Shape<AlertSettings> = record<AlertSettings>(
  {
    form: word(ALERT_FORMS, "An object of the Prometheus operator, or a file of Prometheus' own rules."),
    labels: labels('Labels of the PrometheusRule, by which a Prometheus finds it.'),
    runbookUrl: text({
      description: 'The URL of the folder with the runbooks, for the annotation runbook_url.',
      expected: 'a URL that begins with https:// or http://',
      pattern: /^https?:\/\/[^\s]+$/,
      maxLength: 2048,
    }),
  },
  { description: 'How the alerts are written. Their times are those of the hatch.' },
);

export const guardShape: Shape<Guard> = record<Guard>(
  {
    enabled: flag('Whether the admission rule is rendered.'),
    serviceAccounts: list(
      text({
        description: 'A service account.',
        expected: 'a service account, as namespace/name',
        pattern: /^[a-z0-9][a-z0-9-]{0,62}\/[a-z0-9][a-z0-9.-]{0,252}$/,
      }),
      { description: 'Service accounts that may change the labels: who applies what Git says.' },
    ),
  },
  { description: 'An admission rule: only some may change the labels that policy depends on.' },
);
