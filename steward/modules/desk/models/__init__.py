"""Rows of the service desk."""

from steward.modules.desk.models.calls import Call, CallBack, CallEvent, Extension
from steward.modules.desk.models.classifier import CategoryCorrection, ClassifierVersion, TicketVerdict
from steward.modules.desk.models.complaint_work import Compensation, ComplaintCallBack, ComplaintMeasure
from steward.modules.desk.models.complaints import Complaint, ComplaintCause, ComplaintType
from steward.modules.desk.models.composing import Draft, Macro, Viewing
from steward.modules.desk.models.conversations import Conversation, Message
from steward.modules.desk.models.erasure_wishes import ErasureWish
from steward.modules.desk.models.flows import Flow, TicketStep
from steward.modules.desk.models.follow_ups import FollowUp, FollowUpPolicy
from steward.modules.desk.models.moves import Move
from steward.modules.desk.models.quality import (
    Coaching,
    QualityPlan,
    QualityReview,
    ReviewPoint,
    ReviewRemark,
    ScoreSheet,
)
from steward.modules.desk.models.routing import Assignment, KeyAgent, KeyAgentChange, LoadWeight, RoutingRule, SkillNeed
from steward.modules.desk.models.searching import SearchDue, SearchText
from steward.modules.desk.models.tickets import Link, Merge, Ticket, Watcher
from steward.modules.desk.models.translations import Translation
from steward.modules.desk.models.views import SavedView, ViewPlace
from steward.modules.desk.models.watching import WatchNews, WatchWish

__all__ = [
    "Assignment",
    "Call",
    "CallBack",
    "CallEvent",
    "CategoryCorrection",
    "ClassifierVersion",
    "Coaching",
    "Compensation",
    "Complaint",
    "ComplaintCallBack",
    "ComplaintCause",
    "ComplaintMeasure",
    "ComplaintType",
    "Conversation",
    "Draft",
    "ErasureWish",
    "Extension",
    "Flow",
    "FollowUp",
    "FollowUpPolicy",
    "KeyAgent",
    "KeyAgentChange",
    "Link",
    "LoadWeight",
    "Macro",
    "Merge",
    "Message",
    "Move",
    "QualityPlan",
    "QualityReview",
    "ReviewPoint",
    "ReviewRemark",
    "RoutingRule",
    "SavedView",
    "ScoreSheet",
    "SearchDue",
    "SearchText",
    "SkillNeed",
    "Ticket",
    "TicketStep",
    "TicketVerdict",
    "Translation",
    "ViewPlace",
    "Viewing",
    "WatchNews",
    "WatchWish",
    "Watcher",
]
