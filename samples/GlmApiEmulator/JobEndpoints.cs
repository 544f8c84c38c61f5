using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace GlmApiEmulator;

/// <summary><c>videos/generations</c>, <c>async/chat/completions</c> and <c>async-result</c>: work that is asked for now and fetched later.</summary>
internal sealed class JobEndpoints(GlmEmulator emulator, ChatEndpoint chat)
{
    /// <summary>Polls that a job is under way for.</summary>
    private const int PollsUntilDone = 3;

    private readonly ConcurrentDictionary<string, Job> _jobs = new();
    private readonly ConcurrentDictionary<string, bool> _requestIds = new();
    private int _count;

    /// <summary>Takes a film.</summary>
    public Task SubmitVideoAsync(HttpContext context, EmulatedRequest request) =>
        request.Text("prompt").Length is 0 or > 512 && !request.Body.TryGetProperty("image_url", out _) ? EmulatedError.WriteAsync(context, "1214") : SubmitAsync(context, request, isVideo: true);

    /// <summary>Takes a chat.</summary>
    public Task SubmitChatAsync(HttpContext context, EmulatedRequest request) => SubmitAsync(context, request, isVideo: false);

    /// <summary>Tells how a job stands.</summary>
    public Task PollAsync(HttpContext context, EmulatedRequest request)
    {
        if (!_jobs.TryGetValue(request.Path["async-result/".Length..], out Job? job)) return EmulatedError.WriteAsync(context, "1214");
        int polls = Interlocked.Increment(ref job.Polls);
        string scenario = job.Request.Scenario;
        if (polls == 1 && scenario == "I8") return EmulatedError.WriteAsync(context, "1234");
        if (polls == 1 && scenario == "I9") return EmulatedError.WriteAsync(context, "1302");
        bool isDone = scenario != "I5" && polls > PollsUntilDone;
        string status = !isDone ? scenario == "I10" ? "SUBMITTED" : "PROCESSING" : scenario is "I2" or "I3" or "I4" ? "FAIL" : "SUCCESS";
        JsonObject answer = Status(job, status);
        if (status == "SUCCESS") Finish(answer, job, scenario);
        if (status == "FAIL" && scenario == "I3") answer["error"] = EmulatedError.Error("1301", "Emulated: the content is not safe.");
        if (status == "FAIL" && scenario == "I4") answer["error"] = "Emulated: something broke.";
        return EmulatedError.WriteAsync(context, 200, answer);
    }

    private Task SubmitAsync(HttpContext context, EmulatedRequest request, bool isVideo)
    {
        if (request.Is("I11")) return EmulatedError.WriteAsync(context, "1301");
        string requestId = request.Text("request_id");
        if (requestId.Length > 0 && !_requestIds.TryAdd(requestId, true)) return EmulatedError.WriteAsync(context, "1231");
        var job = new Job(Interlocked.Increment(ref _count).ToString("D8", CultureInfo.InvariantCulture), isVideo, request);
        _jobs[job.Id] = job;
        return request.Is("I12") ? EmulatedError.WriteAsync(context, "1234") : EmulatedError.WriteAsync(context, 200, Status(job, "PROCESSING"));
    }

    private void Finish(JsonObject answer, Job job, string scenario)
    {
        if (!job.IsVideo)
        {
            answer["choices"] = ChatEndpoint.Whole(job.Request, chat.Answer(job.Request))["choices"]!.DeepClone();
            answer["usage"] = ChatEndpoint.Usage();
            return;
        }

        string prompt = Uri.EscapeDataString(job.Request.Text("prompt"));
        var film = new JsonObject
        {
            ["url"] = new Uri(emulator.Address, "files/video.mp4").AbsoluteUri, ["cover_image_url"] = new Uri(emulator.Address, $"files/cover.png?prompt={prompt}").AbsoluteUri,
        };
        answer["video_result"] = scenario switch
        {
            "I6" => new JsonArray(),
            "I7" => film,
            _ => new JsonArray(film),
        };
    }

    private static JsonObject Status(Job job, string status) => new()
    {
        ["id"] = job.Id, ["request_id"] = job.Request.Text("request_id"), ["model"] = job.Request.Model, ["task_status"] = status,
    };

    private sealed class Job(string id, bool isVideo, EmulatedRequest request)
    {
        public int Polls;

        public string Id => id;

        public bool IsVideo => isVideo;

        public EmulatedRequest Request => request;
    }
}
