using System.Text.Json.Serialization;

namespace VoiceGlm.Cli;

/// <summary>What <c>tokenize --json</c> writes.</summary>
internal sealed record TokenizeResult(int[] Tokens);

/// <summary>What <c>generate --json</c> writes: new ids only, without the id that ended the reply.</summary>
internal sealed record GenerateResult(int[] Ids, string Text, int[] Speech);

/// <summary>What <c>speak --json</c> writes.</summary>
internal sealed record SpeakResult(int SpeechTokens, long Samples, int SampleRate, double AudioSeconds, double FirstAudioMs, double TotalMs);

/// <summary>What <c>talk --json</c> writes.</summary>
internal sealed record TalkResult(string Text, int SpeechTokens, double AudioSeconds, double? FirstAudioMs, double TotalMs, int HeardTokens);

/// <summary>What <c>models convert --json</c> and <c>models info --json</c> write of a model folder.</summary>
internal sealed record ModelResult(string Name, string Folder, string Revision, string License, long Bytes, string[] Parts, string[] Graphs);

/// <summary>What <c>models pull --json</c> writes: what was fetched this time, of how much, and where the checkpoints are if they are kept.</summary>
internal sealed record PullResult(string Folder, long BytesFetched, RepositoryResult[] Repositories, string? Downloads);

/// <summary>A repository at the revision that was pulled.</summary>
internal sealed record RepositoryResult(string Name, string Revision, long Bytes);

/// <summary>What <c>models verify --json</c> writes.</summary>
internal sealed record VerifyResult(bool Ok, FindingResult[] Findings);

/// <summary>Something that is not as the manifest says.</summary>
internal sealed record FindingResult(string File, string Expected, string Found);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(int[]))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(TokenizeResult))]
[JsonSerializable(typeof(GenerateResult))]
[JsonSerializable(typeof(SpeakResult))]
[JsonSerializable(typeof(TalkResult))]
[JsonSerializable(typeof(ModelResult))]
[JsonSerializable(typeof(PullResult))]
[JsonSerializable(typeof(VerifyResult))]
[JsonSerializable(typeof(ConversationBenchResult))]
[JsonSerializable(typeof(DecodeBenchRow[]))]
[JsonSerializable(typeof(EvaluationConversation))]
[JsonSerializable(typeof(EvaluationResult))]
internal sealed partial class CliJsonContext : JsonSerializerContext;
