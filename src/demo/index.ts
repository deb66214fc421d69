export { type DemoCluster, type DemoClusterOptions, startDemoCluster } from './cluster.ts';
