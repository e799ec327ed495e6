export type {
  Assignment,
  Egress,
  Exit,
  Limits,
  ListenerName,
  Process,
  Sandbox,
  SandboxDriver,
  SandboxEvents,
  SandboxFeatures,
  SandboxSpec,
  TmpVolume,
} from './contract.ts';
