import { createRegistry, type DescFile, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Code } from '@connectrpc/connect';
import { file_health } from '../../adapters/hubble/gen/health_pb.js';
import { file_observer } from '../../adapters/hubble/gen/observer_pb.js';
import {
  file_reflection_v1,
  type ServerReflectionRequest,
} from '../../adapters/hubble/gen/reflection_v1_pb.js';
import {
  type ServerReflectionRequest as AlphaRequest,
  file_reflection_v1alpha,
} from '../../adapters/hubble/gen/reflection_v1alpha_pb.js';

const FILES = [file_observer, file_health, file_reflection_v1, file_reflection_v1alpha];
const ALL_FILES = [...new Set(FILES.flatMap(closure))];
const REGISTRY = createRegistry(...ALL_FILES);
const SERVICES = FILES.flatMap(({ services }) => services.map(({ typeName }) => typeName));

type Asked = (ServerReflectionRequest | AlphaRequest)['messageRequest'];

type Answer =
  | { case: 'listServicesResponse'; value: { service: { name: string }[] } }
  | { case: 'fileDescriptorResponse'; value: { fileDescriptorProto: Uint8Array[] } }
  | { case: 'errorResponse'; value: { errorCode: number; errorMessage: string } };

/** gRPC's server reflection: which services there are, and their files. Version v1alpha has the same messages. */
export async function* reflected(
  requests: AsyncIterable<ServerReflectionRequest | AlphaRequest>,
): AsyncGenerator<{ validHost: string; messageResponse: Answer }, void, void> {
  for await (const { host, messageRequest } of requests) {
    yield { validHost: host, messageResponse: answer(messageRequest) };
  }
}

function answer(request: Asked): Answer {
  switch (request.case) {
    case 'listServices': {
      const service = SERVICES.map((name) => ({ name }));
      return { case: 'listServicesResponse', value: { service } };
    }
    case 'fileByFilename':
      return withFiles(ALL_FILES.find(({ proto }) => proto.name === request.value));
    case 'fileContainingSymbol':
      return withFiles(fileOf(request.value));
    case 'fileContainingExtension':
    case 'allExtensionNumbersOfType':
    case undefined:
      return notFound('there are no extensions');
  }
}

/** A file, and all that it is made of. */
function withFiles(file: DescFile | undefined): Answer {
  if (file === undefined) return notFound('not found');
  const fileDescriptorProto = [...new Set(closure(file))].map(({ proto }) =>
    toBinary(FileDescriptorProtoSchema, proto),
  );
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function notFound(errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode: Code.NotFound, errorMessage } };
}

/** A symbol is a message, an enum, a service, or a method or field of one. */
function fileOf(symbol: string): DescFile | undefined {
  const found = REGISTRY.get(symbol) ?? REGISTRY.get(symbol.replace(/\.[^.]+$/, ''));
  return found?.kind === 'extension' ? undefined : found?.file;
}

function closure(file: DescFile): readonly DescFile[] {
  return [file, ...file.dependencies.flatMap(closure)];
}
