# Seven weeks of small commits. One of them, picked by the seed, lets orders pass without being paid.
git clone -q https://forge.encore/encore/checkout.git ~/checkout
cd ~/checkout
git tag v5.0

# A commit: its number, when, by whom, its subject, and what it does.
commit() {
  number=$1
  subject=$4
  case $3 in
    ida) name="Ida Brandt" ;;
    tomasz) name="Tomasz Lind" ;;
    *) name="Ngozi Adeyemi" ;;
  esac
  export GIT_AUTHOR_NAME="$name" GIT_AUTHOR_EMAIL="$3@encore.example" GIT_AUTHOR_DATE="$2"
  export GIT_COMMITTER_NAME="$name" GIT_COMMITTER_EMAIL="$3@encore.example" GIT_COMMITTER_DATE="$2"
  shift 4
  case $1 in
    step)
      next=$(sed -n "s/^$2 -> //p" flow.txt)
      sed -i -e "s/^$2 -> .*/$2 -> $3/" -e "/^$2 -> /a $3 -> $next" flow.txt
      ;;
    text)
      echo "$2: $3" >> messages.txt
      ;;
    perhaps)
      if [ $number = @@pick:bad@@ ]; then
        sed -i 's/^fee -> pay/fee -> seat/' flow.txt
      else
        echo "# $number: $subject" >> changes.txt
        git add changes.txt
      fi
      ;;
  esac
  git commit -qam "$subject"
}

commit 01 2026-05-04T08:10:00Z ida "Ask for a voucher" step hold voucher
commit 02 2026-05-05T07:47:00Z tomasz "Word the voucher field" text voucher "Got a code? Type it. Nobody will judge you."
commit 03 2026-05-06T07:24:00Z ida "Put the ticket into the phone" step ticket wallet
commit 04 2026-05-07T07:01:00Z ngozi "Say where the ticket went" text wallet "Your phone is now worth a weekend."
commit 05 2026-05-08T06:38:00Z tomasz "Limit an order to eight tickets" step cart limit
commit 06 2026-05-11T06:15:00Z ida "Clean up after the review" perhaps
commit 07 2026-05-12T05:52:00Z ngozi "Explain the limit" text limit "Eight is a crowd. More is a group booking."
commit 08 2026-05-13T05:29:00Z ida "Find the block before the ticket" step seat block
commit 09 2026-05-14T05:06:00Z tomasz "Shorten the way for returning customers" perhaps
commit 10 2026-05-15T04:43:00Z ngozi "Ask how it was" step mail survey
commit 11 2026-05-18T04:20:00Z ida "Word the survey" text survey "Rate us from one tent to five."
commit 12 2026-05-19T03:57:00Z tomasz "Take out what nobody uses" perhaps
commit 13 2026-05-20T03:34:00Z ngozi "Ask the age for the late shows" step limit age
commit 14 2026-05-21T03:11:00Z ida "Explain the age check" text age "After midnight: eighteen and over."
commit 15 2026-05-22T02:48:00Z tomasz "Find the row in the block" step block row
commit 16 2026-05-25T02:25:00Z ngozi "Put the steps into one style" perhaps
commit 17 2026-05-26T02:02:00Z ida "Name the row" text row "Row and seat are yours. The armrest is shared."
commit 18 2026-05-27T01:39:00Z tomasz "Offer a donation for the lake" step voucher donate
commit 19 2026-05-28T01:16:00Z ngozi "Word the donation" text donate "One euro for the lake that we sing to."
commit 20 2026-05-29T00:53:00Z ida "Make the flow easier to read" perhaps
commit 21 2026-06-01T00:30:00Z tomasz "Warn those who come late" text late "The doors close when the drums begin."
commit 22 2026-06-02T00:07:00Z ngozi "Make a pass for the gate" step wallet pass
commit 23 2026-06-02T23:44:00Z ida "Prepare for the new payment provider" perhaps
commit 24 2026-06-03T23:21:00Z tomasz "Explain the pass" text pass "Show this at the gate. The gate likes it bright."
commit 25 2026-06-04T22:58:00Z ngozi "Ask for consent" step age consent
commit 26 2026-06-05T22:35:00Z ida "Say what is kept" text consent "We keep your address until the last encore."
commit 27 2026-06-08T22:12:00Z tomasz "Merge the settings of both shops" perhaps
commit 28 2026-06-09T21:49:00Z ngozi "Seat companions together" step row companion
commit 29 2026-06-10T21:26:00Z ida "Explain companions" text companion "Companions sit next to you, free of charge."
commit 30 2026-06-11T21:03:00Z tomasz "Say when refunds end" text refund "Refunds until the day before."
commit 31 2026-06-12T20:40:00Z ngozi "Do less when nothing changed" perhaps
commit 32 2026-06-15T20:17:00Z ida "Say thank you" step survey thanks
commit 33 2026-06-16T19:54:00Z tomasz "Word the thanks" text thanks "Thank you. Bring a raincoat."
commit 34 2026-06-17T19:31:00Z ngozi "Ask where the customer comes from" step consent region
commit 35 2026-06-18T19:08:00Z ida "Make the checkout faster on old phones" perhaps
commit 36 2026-06-19T18:45:00Z tomasz "Mention the night bus" text region "Coming from afar? There is a night bus."
commit 37 2026-06-22T18:22:00Z ngozi "Say when the bus leaves" text bus "The night bus leaves after the last song."
commit 38 2026-06-23T17:59:00Z ida "Send a map of the field" step pass map
commit 39 2026-06-24T17:36:00Z tomasz "Tidy up before the sale" perhaps
commit 40 2026-06-25T17:13:00Z ngozi "Word the map" text map "You are here. Roughly."
commit 41 2026-06-26T16:50:00Z ida "Let people share their plan" step thanks share
commit 42 2026-06-29T16:27:00Z tomasz "Word the sharing" text share "Tell your friends where the good tent is."
commit 43 2026-06-30T16:04:00Z ngozi "Announce the sale" text sale "Weekend tickets from ten o'clock."

git push -q origin main v5.0
