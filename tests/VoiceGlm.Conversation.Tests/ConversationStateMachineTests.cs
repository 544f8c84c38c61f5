using static VoiceGlm.Conversation.ConversationAction;
using static VoiceGlm.ConversationState;

namespace VoiceGlm.Conversation.Tests;

public sealed class ConversationStateMachineTests
{
    // Rows: states; columns: SpeechStarted, SpeechStopped, TextSent, StopRequested, FirstAudio, TurnEnded, HungUp.
    private static readonly (ConversationState State, (ConversationState Next, ConversationAction Action)[] Row)[] s_table =
    [
        (Listening, [(UserSpeaking, Hear), (Listening, None), (Thinking, Answer), (Listening, None), (Listening, None), (Listening, None), (Closed, Interrupt)]),
        (UserSpeaking, [(UserSpeaking, None), (Thinking, Answer), (Thinking, InterruptAndAnswer), (UserSpeaking, None), (UserSpeaking, None), (UserSpeaking, None), (Closed, Interrupt)]),
        (Thinking, [(UserSpeaking, InterruptAndHear), (Thinking, None), (Thinking, InterruptAndAnswer), (Listening, Interrupt), (Speaking, None), (Listening, None), (Closed, Interrupt)]),
        (Speaking, [(UserSpeaking, InterruptAndHear), (Speaking, None), (Thinking, InterruptAndAnswer), (Listening, Interrupt), (Speaking, None), (Listening, None), (Closed, Interrupt)]),
        (Closed, [(Closed, None), (Closed, None), (Closed, None), (Closed, None), (Closed, None), (Closed, None), (Closed, None)]),
    ];

    public static TheoryData<ConversationState, string, ConversationState, string> Table
    {
        get
        {
            var data = new TheoryData<ConversationState, string, ConversationState, string>();
            foreach (var (state, row) in s_table)
            {
                foreach (ConversationInput input in Enum.GetValues<ConversationInput>())
                {
                    data.Add(state, $"{input}", row[(int)input].Next, $"{row[(int)input].Action}");
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Step_follows_the_table(ConversationState state, string input, ConversationState next, string action) =>
        Assert.Equal((next, Enum.Parse<ConversationAction>(action)), ConversationStateMachine.Step(state, Enum.Parse<ConversationInput>(input)));

    [Fact]
    public void Table_covers_every_state() => Assert.Equal(Enum.GetValues<ConversationState>(), s_table.Select(static row => row.State));
}
